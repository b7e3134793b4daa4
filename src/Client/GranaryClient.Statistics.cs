namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Reads the figures of the shop, at most a second old.</summary>
    public Task<Statistics> GetStatisticsAsync(CancellationToken cancellationToken = default) =>
        GetAsync("statistics", ClientJson.Default.Statistics, cancellationToken);
}

/// <summary>The figures of the shop.</summary>
public sealed record Statistics
{
    /// <summary>When they were computed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How many orders have each status.</summary>
    public required IReadOnlyDictionary<string, long> Orders { get; init; }

    /// <summary>How many orders were placed in each of the last 60 minutes, the oldest first; the last minute is under way.</summary>
    public required IReadOnlyList<long> OrdersPerMinute { get; init; }

    /// <summary>How many seconds each consumer of the events is behind them; 0 when it is at the end.</summary>
    public required IReadOnlyDictionary<string, double> LagSeconds { get; init; }

    /// <summary>How many deliveries to webhooks are still to be made.</summary>
    public required long PendingWebhooks { get; init; }

    /// <summary>How many stock items are low.</summary>
    public required long LowStock { get; init; }
}
