using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Api.BackOffice;

/// <summary>The figures of the operator's desk.</summary>
public sealed record StatisticsBody
{
    /// <summary>When they were computed.</summary>
    public required DateTime At { get; init; }

    /// <summary>How many orders have each status.</summary>
    public required IReadOnlyDictionary<string, long> Orders { get; init; }

    /// <summary>How many orders were placed in each of the last 60 minutes, the oldest first; the last minute is under way.</summary>
    public required IReadOnlyList<long> OrdersPerMinute { get; init; }

    /// <summary>How many seconds each consumer of the events is behind them; 0 when it is at the end.</summary>
    public required IReadOnlyDictionary<string, double> LagSeconds { get; init; }

    /// <summary>How many deliveries to webhooks are still to be made.</summary>
    public required long PendingWebhooks { get; init; }

    /// <summary>How many stock items have Granary:Stock:LowThreshold available units or fewer.</summary>
    public required long LowStock { get; init; }

    /// <summary>How orders were placed in the last 60 seconds, by all silos; absent while a silo of the previous release computes the figures.</summary>
    public PlacingBody? Placing { get; init; }

    /// <summary>How reservations of stock went in the last 60 seconds, on all silos; absent as placing.</summary>
    public DeductionBody? Deduction { get; init; }

    /// <summary>
    /// By class of calls to the payment provider, the worst state of its breakers on all silos: closed, probing or open. Empty without a
    /// provider; absent as placing.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Breakers { get; init; }

    /// <summary>How many silos are active; absent as placing.</summary>
    public int? Silos { get; init; }

    /// <summary>Converts figures to their body.</summary>
    public static StatisticsBody From(Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var recent = statistics.Recent;
        return new StatisticsBody
        {
            At = statistics.At.UtcDateTime,
            Orders = Enum.GetValues<OrderStatus>().Where(status => status != OrderStatus.None)
                .ToDictionary(status => Words.Of(status), status => statistics.Orders.GetValueOrDefault(status)),
            OrdersPerMinute = statistics.OrdersPerMinute,
            LagSeconds = statistics.Lag.OrderBy(lag => lag.Key, StringComparer.Ordinal).ToDictionary(lag => lag.Key, lag => Math.Round(lag.Value, 3)),
            PendingWebhooks = statistics.PendingWebhooks,
            LowStock = statistics.LowStock,
            Placing = recent is null ? null : new PlacingBody(recent.Placed, Rounded(recent.PlacingP50), Rounded(recent.PlacingP99)),
            Deduction = recent is null ? null : new DeductionBody(recent.Deducted, recent.Refused),
            Breakers = recent?.Breakers.OrderBy(breaker => breaker.Key, StringComparer.Ordinal).ToDictionary(),
            Silos = recent?.Silos,
        };
    }

    private static double? Rounded(double? seconds) => seconds is { } time ? Math.Round(time, 5) : null;
}

/// <summary>How orders were placed in the last 60 seconds.</summary>
/// <param name="Orders">How many were placed.</param>
/// <param name="P50Seconds">
/// Half of them were placed in this time, within 5 %: from where the silo takes the request to where the order is durable. Absent without any.
/// </param>
/// <param name="P99Seconds">99 of 100 were placed in this time, within 5 %. Absent without any.</param>
public sealed record PlacingBody(long Orders, double? P50Seconds = null, double? P99Seconds = null);

/// <summary>How reservations of stock went in the last 60 seconds.</summary>
/// <param name="Succeeded">How many succeeded.</param>
/// <param name="Failed">How many failed, mostly because too little was left.</param>
public sealed record DeductionBody(long Succeeded, long Failed);
