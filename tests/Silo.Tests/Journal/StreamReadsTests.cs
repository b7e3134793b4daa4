using System.Collections.Concurrent;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal.PostgreSql;
using Granary.Testing;

namespace Granary.Silo.Tests.Journal;

/// <summary>Reads of single streams that come while others are in progress share a statement.</summary>
public sealed class StreamReadsTests
{
    private readonly ConcurrentQueue<(string[] Streams, long[] After)> _statements = new();
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StreamReads _reads;

    public StreamReadsTests() => _reads = new StreamReads(async (streams, after) =>
    {
        _statements.Enqueue((streams, after));
        await _answer.Task;
        return [.. streams.Zip(after).SelectMany(part => Enumerable.Range((int)part.Second + 1, 3).Select(version => Record(part.First, version)))];
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_that_come_while_four_are_in_progress_share_a_statement_and_each_gets_its_own()
    {
        var reads = Enumerable.Range(0, 4).Select(i => Read($"order/{i}")).ToList();
        await Eventually.HoldsAsync(() => _statements.Count == 4, cancellation: Cancellation);
        reads.AddRange(Enumerable.Range(4, 20).Select(i => Read($"order/{i}", after: i)));
        _answer.SetResult();

        for (var i = 0; i < reads.Count; i++)
        {
            var after = i < 4 ? 0 : i;
            Assert.Equal([$"order/{i} {after + 1}", $"order/{i} {after + 2}", $"order/{i} {after + 3}"], await reads[i]);
        }

        Assert.Equal(5, _statements.Count);
        Assert.Equal(20, _statements.Last().Streams.Length);
    }

    [Fact]
    public async Task One_stream_is_read_once_from_the_lowest_version_and_nobody_gets_what_was_not_asked_for()
    {
        await FillAsync();
        var (late, early) = (Read("stock/a", after: 2), Read("stock/a", after: 0));
        _answer.SetResult();

        Assert.Equal(["stock/a 3"], await late);
        Assert.Equal(["stock/a 1", "stock/a 2", "stock/a 3"], await early);
        Assert.Equal(["stock/a"], _statements.Last().Streams);
    }

    [Fact]
    public async Task No_statement_has_more_than_64_streams()
    {
        await FillAsync();
        var reads = Enumerable.Range(0, 200).Select(i => Read($"order/{i}")).ToList();
        _answer.SetResult();
        await Task.WhenAll(reads);

        Assert.Equal([64, 64, 64, 8], _statements.Skip(4).Select(statement => statement.Streams.Length).OrderDescending());
    }

    [Fact]
    public async Task A_fault_reaches_all_who_share_the_statement_and_later_reads_go_on()
    {
        await FillAsync();
        var reads = new[] { Read("order/a"), Read("order/b") };
        _answer.SetException(new JournalUnavailableException("PostgreSQL cannot be reached.", null));

        foreach (var read in reads)
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(() => read);
        }

        await Assert.ThrowsAsync<JournalUnavailableException>(() => Read("order/c"));
    }

    [Fact]
    public async Task Who_cancels_stops_waiting_and_the_others_get_theirs()
    {
        await FillAsync();
        using var leaving = new CancellationTokenSource();
        var (gone, staying) = (_reads.ReadAsync("order/a", 0, leaving.Token), Read("order/b"));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        _answer.SetResult();

        Assert.Equal(3, (await staying).Count);
    }

    private async Task FillAsync()
    {
        for (var i = 0; i < 4; i++)
        {
            _ = Read($"filler/{i}").ContinueWith(read => read.Exception, TaskScheduler.Default);
        }

        await Eventually.HoldsAsync(() => _statements.Count == 4, cancellation: Cancellation);
    }

    private async Task<IReadOnlyList<string>> Read(string stream, long after = 0) =>
        [.. (await _reads.ReadAsync(stream, after, Cancellation)).Select(record => $"{record.Stream} {record.Version}")];

    private static JournalRecord Record(string stream, long version) =>
        new(version, stream, version, "order.placed", ReadOnlyMemory<byte>.Empty, DateTimeOffset.UnixEpoch, null);
}
