using Granary.Domain.Events;

namespace Granary.Domain.Orders;

/// <summary>An order as it was: its events say so, for every version and time.</summary>
public static class OrderAsOf
{
    /// <summary>
    /// The order at a version: what its readers were answered when its newest event had this version. An event that readers do not see
    /// leaves them with the version before.
    /// </summary>
    /// <param name="history">All events of the order.</param>
    /// <returns>Null if the order did not exist, or has not had the version.</returns>
    /// <exception cref="DamagedRecordException">An event up to then cannot be read.</exception>
    public static OrderState? Version(string orderId, IReadOnlyList<JournalRecord> history, long version)
    {
        ArgumentNullException.ThrowIfNull(history);
        return version > history.Count ? null : Fold(orderId, history, (int)version);
    }

    /// <summary>
    /// The order at a time. Where the clock was set back between two events, the later event counts from its own time on.
    /// </summary>
    /// <inheritdoc cref="Version"/>
    public static OrderState? Time(string orderId, IReadOnlyList<JournalRecord> history, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(history);
        var count = history.Count;
        while (count > 0 && history[count - 1].At > at)
        {
            count--;
        }

        return Fold(orderId, history, count);
    }

    private static OrderState? Fold(string orderId, IReadOnlyList<JournalRecord> history, int count) =>
        Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(orderId), history.Take(count)) is { Exists: true } order ? order : null;
}
