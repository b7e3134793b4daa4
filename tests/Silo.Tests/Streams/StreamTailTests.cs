using Granary.Domain.Events;
using Granary.Streams;

namespace Granary.Silo.Tests.Streams;

/// <summary>What the in-memory tail of a stream keeps, and what it reports about events that it has dropped.</summary>
public sealed class StreamTailTests
{
    private const int Capacity = 8;

    private readonly StreamTail _tail = new(Capacity, after: 100);

    [Fact]
    public void It_returns_the_events_after_a_position()
    {
        Append(101, 103);

        Assert.Equal([102, 103], PositionsAfter(101));
        Assert.Empty(PositionsAfter(103)!);
        Assert.Equal([101, 102], _tail.Read(100, limit: 2, out _)!.Select(record => record.Position));
    }

    [Fact]
    public void A_reader_behind_its_beginning_learns_where_it_begins()
    {
        Append(101, 105);
        Append(106, 110);
        Append(111, 115);

        // The newest eight would be 108 to 115; but the last two additions stay.
        Assert.Null(_tail.Read(104, 100, out var begin));
        Assert.Equal(105, begin);
        Assert.Equal(Enumerable.Range(106, 10).Select(position => (long)position), PositionsAfter(105)!);
    }

    [Fact]
    public void Small_additions_leave_only_the_newest()
    {
        for (var position = 101; position <= 130; position++)
        {
            Append(position, position);
        }

        Assert.Null(PositionsAfter(121));
        Assert.Equal(Enumerable.Range(123, Capacity).Select(position => (long)position), PositionsAfter(122)!);
        Assert.Equal((130L, 130L), (_tail.Newest, _tail.Through));
    }

    [Fact]
    public void What_every_reader_has_passed_leaves_it()
    {
        Append(101, 105);

        _tail.Drop(103);

        Assert.Null(_tail.Read(102, 100, out var begin));
        Assert.Equal(103, begin);
        Assert.Equal([104L, 105L], PositionsAfter(103)!);
        _tail.Drop(105);
        Assert.Equal((105L, 105L), (_tail.Newest, _tail.Through));
        Append(106, 106);
        Assert.Equal([106L], PositionsAfter(105)!);
    }

    [Fact]
    public void A_large_addition_is_kept_until_two_more_have_come()
    {
        Append(101, 160);
        Assert.Equal(60, PositionsAfter(100)!.Count);

        Append(161, 162);
        Assert.Equal(62, PositionsAfter(100)!.Count);

        Append(163, 164);
        Assert.Null(PositionsAfter(155));
        Assert.Equal(Capacity, PositionsAfter(156)!.Count);
    }

    [Fact]
    public void Pages_without_events_of_the_stream_only_move_the_end()
    {
        Append(101, 160);
        _tail.Append([], through: 500);
        _tail.Append([], through: 900);

        Assert.Equal(60, PositionsAfter(100)!.Count);
        Assert.Equal((160L, 900L), (_tail.Newest, _tail.Through));
    }

    private void Append(int first, int last) => _tail.Append(
        [.. Enumerable.Range(first, last - first + 1).Select(position => new JournalRecord(
            position, "stock/ONE", position, "stock.reserved", default, DateTimeOffset.UnixEpoch, null))],
        through: last);

    private List<long>? PositionsAfter(long position) => _tail.Read(position, int.MaxValue, out _)?.Select(record => record.Position).ToList();
}
