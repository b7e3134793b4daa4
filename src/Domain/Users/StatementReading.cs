using Granary.Domain.Events;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Users;

/// <summary>
/// Reads a page of a statement out of the events of a wallet, in order. The statement from one time to another is a part of the whole
/// without gaps: it begins at the first movement that is not before <c>from</c> and ends before the first that is not before <c>to</c>, so
/// that periods which follow each other have every movement once, whatever the clocks of the silos that decided them.
/// </summary>
/// <param name="query">The page.</param>
public sealed class StatementReading(StatementQuery query)
{
    private readonly List<WalletMovement> _movements = [];
    private StatementPlace _place = query.After ?? StatementPlace.Start;

    /// <summary>Whether the page is full, or the period has ended.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The version up to which events have been read.</summary>
    public long Version => _place.Version;

    /// <summary>Reads events up to a version.</summary>
    /// <param name="records">The events after <see cref="Version"/> that may be movements, in order.</param>
    /// <param name="through">The version up to which these are all.</param>
    /// <exception cref="DamagedRecordException">An event cannot be read.</exception>
    public void Read(IEnumerable<JournalRecord> records, long through)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var record in records)
        {
            if (WalletStatement.MovementOf(record, _place.Balance) is not { } movement)
            {
                continue;
            }

            if (query.To is { } to && record.At >= to)
            {
                IsComplete = true;
                IsOver = true;
                return;
            }

            var begun = _place.Begun || query.From is not { } from || record.At >= from;
            _place = new StatementPlace(record.Version, movement.Balance, begun);
            if (begun)
            {
                _movements.Add(movement);
            }

            if (_movements.Count == query.Limit)
            {
                IsComplete = true;
                return;
            }
        }

        _place = _place with { Version = through };
    }

    /// <summary>The page.</summary>
    /// <param name="end">The version at which the stream ends.</param>
    public StatementPage ToPage(long end) => new(_movements, IsOver || _place.Version >= end ? null : _place);

    private bool IsOver { get; set; }
}
