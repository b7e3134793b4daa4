using Granary.Grains.Interfaces.Stock;

namespace Granary.Domain.Stock;

/// <summary>
/// What a watcher knows of one stock item without asking it: whether the last alert stands, and how many units are available at
/// the least. What orders give back is not told by its event alone, so the bound is below the truth and never above it; only
/// where it reaches the threshold is the item itself asked.
/// </summary>
public sealed record StockWatch
{
    /// <summary>The version of the last alert; 0 when there was none.</summary>
    public long AlertVersion { get; init; }

    /// <summary>Whether the last alert said that the item is low.</summary>
    public bool IsLow { get; init; }

    /// <summary>The version of the last event of the item that is known here; 0 before the item was asked.</summary>
    public long StockVersion { get; init; }

    /// <summary>Units that are available at the least.</summary>
    public long AtLeast { get; init; }

    /// <summary>Whether units may have come back since the item was asked.</summary>
    public bool MayHaveRisen { get; init; }

    /// <summary>The watch after an event of the item; one that it knows already changes nothing.</summary>
    public StockWatch Apply(StockEvent domainEvent, long version)
    {
        if (version <= StockVersion)
        {
            return this;
        }

        var change = domainEvent switch
        {
            StockReserved reserved => -reserved.Quantity,
            StockAdjusted adjusted => adjusted.Quantity,
            StockRestocked restocked => restocked.Quantity,
            _ => 0,
        };
        var mayRise = change > 0
            || domainEvent is ReservationAttemptReleased or ReservationAmended or ReservationReleased or StockSold;
        return this with { StockVersion = version, AtLeast = AtLeast + change, MayHaveRisen = MayHaveRisen || mayRise };
    }

    /// <summary>Whether only the item itself can tell if an alert is due.</summary>
    public bool MustAsk(long threshold) => IsLow ? MayHaveRisen : AtLeast <= threshold;

    /// <summary>The alert that is due at a level, or null. An item that never had stock is not low: nobody has missed any yet.</summary>
    public StockAlert? AlertAt(StockLevel level, long threshold)
    {
        var low = level.Available <= threshold;
        return low == IsLow || (low && level is { Received: 0, Sold: 0 }) ? null
            : low ? new StockLow(level.Sku, level.Available, threshold, level.Version)
            : new StockReplenished(level.Sku, level.Available, threshold, level.Version);
    }

    /// <summary>The watch after the item told its level and, where one was due, the alert was recorded.</summary>
    public StockWatch After(StockLevel level, StockAlert? alert) => new()
    {
        AlertVersion = alert is null ? AlertVersion : AlertVersion + 1,
        IsLow = alert is null ? IsLow : alert is StockLow,
        StockVersion = level.Version,
        AtLeast = level.Available,
    };
}
