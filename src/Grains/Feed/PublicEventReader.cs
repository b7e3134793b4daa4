using Granary.Domain.Events;
using Granary.Domain.Feed;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Webhooks;
using Granary.Journal;

namespace Granary.Grains.Feed;

/// <summary>
/// Reads what the public events of the journal say, for the feed and for webhooks. For orders and payments that is what they were right
/// after the event, so the histories of all of them on a page are read, in one query.
/// </summary>
/// <param name="journal">The journal.</param>
/// <param name="currency">ISO 4217 code of the deployment's currency.</param>
public sealed class PublicEventReader(IJournal journal, string currency)
{
    /// <summary>The same over another journal, such as that of a replica.</summary>
    public PublicEventReader At(IJournal other) => new(other, currency);

    /// <summary>The events with their data, in the order of the records.</summary>
    /// <exception cref="Interfaces.JournalUnavailableException">The journal cannot be reached.</exception>
    public async Task<IReadOnlyList<PublicEvent>> ReadAsync(IReadOnlyList<JournalRecord> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        var streams = records.Where(IsOfHistory).GroupBy(record => record.Stream).ToList();
        var data = new Dictionary<long, PublicEvent>(records.Count);
        if (streams.Count > 0)
        {
            var histories = await journal.ReadStreamsAsync([.. streams.Select(stream => stream.Key)], cancellationToken);
            foreach (var stream in streams)
            {
                if (JournalStream.KindOf(stream.Key) == StreamKind.Order)
                {
                    Add<OrderState, OrderEvent>(data, [.. stream], histories[stream.Key], (order, _) => WebhookMessage.DataOf(order, currency));
                }
                else
                {
                    Add<PaymentState, PaymentEvent>(
                        data, [.. stream], histories[stream.Key], (payment, record) => PaymentData.Write(payment, record, currency));
                }
            }
        }

        return [.. records.Select(record => data.TryGetValue(record.Position, out var read) ? read : Other(record))];
    }

    /// <summary>Whether the event says what its order or payment was right after it.</summary>
    private static bool IsOfHistory(JournalRecord record) =>
        record.Damage is null && PublicEvents.Has(record.Type) && JournalStream.KindOf(record.Stream) is StreamKind.Order or StreamKind.Payment;

    private static void Add<TState, TEvent>(
        Dictionary<long, PublicEvent> data, List<JournalRecord> wanted, IEnumerable<JournalRecord> history, Func<TState, JournalRecord, byte[]> write)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        var next = 0;
        var state = TState.Initial(JournalStream.KeyOf(wanted[0].Stream));
        string? damage = null;
        foreach (var record in history)
        {
            try
            {
                state = damage is null ? Aggregate.Fold<TState, TEvent>(state, [record]) : state;
            }
            catch (DamagedRecordException fault)
            {
                // What it was after a damaged event is unknown, also after the events behind it.
                damage = fault.Message;
            }

            if (wanted[next].Position == record.Position)
            {
                data.Add(record.Position, damage is null
                    ? new PublicEvent(record, write(state, record))
                    : new PublicEvent(record, [], damage));
                if (++next == wanted.Count)
                {
                    return;
                }
            }
        }
    }

    private PublicEvent Other(JournalRecord record)
    {
        if (record.Damage is { } damage)
        {
            return new PublicEvent(record, [], damage);
        }

        if (!PublicEvents.Has(record.Type))
        {
            return new PublicEvent(record, [], $"This program does not know events of type {record.Type}; a newer release has written it.");
        }

        try
        {
            return new PublicEvent(record, StockData.Write(record, currency));
        }
        catch (DamagedRecordException fault)
        {
            return new PublicEvent(record, [], fault.Message);
        }
    }
}

/// <summary>A public event and what it says.</summary>
/// <param name="Record">The event in the journal.</param>
/// <param name="Data">UTF-8 JSON; empty where <paramref name="Unreadable"/> is not null.</param>
/// <param name="Unreadable">Why its data cannot be read; otherwise null.</param>
public sealed record PublicEvent(JournalRecord Record, byte[] Data, string? Unreadable = null);
