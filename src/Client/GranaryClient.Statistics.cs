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

    /// <summary>How orders were placed in the last 60 seconds; null while a silo of the previous release computes the figures.</summary>
    public PlacingFigures? Placing { get; init; }

    /// <summary>How reservations of stock went in the last 60 seconds; null as <see cref="Placing"/>.</summary>
    public DeductionFigures? Deduction { get; init; }

    /// <summary>By class of calls to the payment provider, the worst state of its breakers: closed, probing or open.</summary>
    public IReadOnlyDictionary<string, string>? Breakers { get; init; }

    /// <summary>How many silos are active.</summary>
    public int? Silos { get; init; }
}

/// <summary>How orders were placed in the last 60 seconds.</summary>
/// <param name="Orders">How many were placed.</param>
/// <param name="P50Seconds">Half of them were placed in this time; null without any.</param>
/// <param name="P99Seconds">99 of 100 were placed in this time; null without any.</param>
public sealed record PlacingFigures(long Orders, double? P50Seconds = null, double? P99Seconds = null);

/// <summary>How reservations of stock went in the last 60 seconds.</summary>
/// <param name="Succeeded">How many succeeded.</param>
/// <param name="Failed">How many failed.</param>
public sealed record DeductionFigures(long Succeeded, long Failed);
