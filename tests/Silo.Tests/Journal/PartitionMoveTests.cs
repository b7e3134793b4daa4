using System.Collections.Concurrent;
using Granary.Journal.PostgreSql;
using Granary.Streams;

namespace Granary.Silo.Tests.Journal;

/// <summary>A partition moves between two databases while others append to it.</summary>
public sealed class PartitionMoveTests(SharedPostgres postgres)
{
    private const int Moved = 4;

    public static TheoryData<MoveStep> Steps => [.. Enum.GetValues<MoveStep>()];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_partition_that_is_appended_to_moves_whole_and_other_partitions_are_not_held_up()
    {
        var databases = await CreateDatabasesAsync();
        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        await using var mover = await DividedJournal.OpenAsync(databases, Cancellation);
        var streams = Streams(moved: true).Take(20).ToList();
        var others = Streams(moved: false).Take(20).ToList();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var appended = new ConcurrentDictionary<string, long>();
        var writers = streams.Concat(others).Select(stream => Task.Run(
            async () =>
            {
                for (var version = 0L; !stop.IsCancellationRequested; version++)
                {
                    await divided.Journal.AppendAsync(Appends.To(stream, version));
                    appended[stream] = version + 1;
                    await Task.Delay(1, Cancellation);
                }
            },
            Cancellation)).ToList();
        var told = new List<string>();
        var highest = 0L;
        await Testing.Eventually.HoldsAsync(
            () => writers.Any(writer => writer.IsFaulted) || streams.Concat(others).All(appended.ContainsKey), "every stream is appended to", cancellation: Cancellation);

        Assert.True(await new PartitionMove(mover.Databases, mover.Map, told.Add).RunAsync(Moved, 1, Cancellation));
        highest = (await divided.ReadEverythingAsync(0, Cancellation))[^1].Position;
        var before = appended.ToDictionary();
        await Testing.Eventually.HoldsAsync(
            () => writers.Any(writer => writer.IsFaulted) || streams.TrueForAll(stream => appended[stream] > before[stream] + 5), "appends go on in the target",
            cancellation: Cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.Equal(1, divided.Map.DatabaseOf(Moved));
        var source = await divided.ReadEverythingAsync(0, Cancellation);
        var target = (await divided.ReadEverythingAsync(1, Cancellation)).Where(record => PartitionOf(record.Stream) == Moved).ToList();
        Assert.All(streams, stream => Assert.Equal(
            Enumerable.Range(1, (int)appended[stream]).Select(version => (long)version),
            target.Where(record => record.Stream == stream).Select(record => record.Version)));

        // What was appended since has later positions than anything that a reader of the source has seen.
        var copies = source.Where(record => PartitionOf(record.Stream) == Moved).Select(record => record.Position).ToHashSet();
        Assert.All(target.Where(record => !copies.Contains(record.Position)), record => Assert.True(record.Position > highest));
        foreach (var stream in others)
        {
            Assert.Equal(
                Enumerable.Range(1, (int)appended[stream]).Select(version => (long)version),
                (await divided.Journal.ReadStreamAsync(stream, 0, Cancellation)).Select(record => record.Version));
        }

        Assert.Contains(told, line => line.Contains($"Partition {Moved} is in database 1; its appends were stopped for ", StringComparison.Ordinal));

        // And back: the copies that database 0 has kept are the same events.
        Assert.True(await new PartitionMove(mover.Databases, mover.Map, told.Add).RunAsync(Moved, 0, Cancellation));
        await divided.Journal.AppendAsync(Appends.To(streams[0], appended[streams[0]]));
        Assert.Equal(appended[streams[0]] + 1, (await divided.Journal.ReadStreamAsync(streams[0], 0, Cancellation)).Count);
        Assert.NotEqual(0, await new PartitionCleaning(mover.Databases, mover.Map).RunAsync(mover.Databases.All[1], Cancellation));
        Assert.DoesNotContain(await divided.ReadEverythingAsync(1, Cancellation), record => PartitionOf(record.Stream) == Moved);
        Assert.Equal(0, await new PartitionCleaning(mover.Databases, mover.Map).RunAsync(mover.Databases.All[0], Cancellation));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_move_that_is_killed_at_any_step_has_moved_the_partition_or_has_not(MoveStep last)
    {
        var databases = await CreateDatabasesAsync();
        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        var stream = Streams(moved: true).First();
        await divided.Journal.AppendAsync(Appends.To(stream, 0, events: 3));
        await using (var mover = await DividedJournal.OpenAsync(databases, Cancellation))
        {
            await Assert.ThrowsAsync<AbandonedException>(() => new PartitionMove(
                mover.Databases, mover.Map, static _ => { }, step => step == last ? throw new AbandonedException() : Task.CompletedTask).RunAsync(Moved, 1, Cancellation));
        }

        // The time for which the source stays closed has passed.
        await using (var pass = divided.Databases.All[0].Source.CreateCommand("UPDATE journal_map SET closed_until = now() WHERE closed_until IS NOT NULL"))
        {
            await pass.ExecuteNonQueryAsync(Cancellation);
        }

        await divided.Journal.AppendAsync(Appends.To(stream, 3));

        var expected = last == MoveStep.Switched ? 1 : 0;
        Assert.Equal(expected, divided.Map.DatabaseOf(Moved));
        Assert.Equal([1L, 2, 3, 4], (await divided.Journal.ReadStreamAsync(stream, 0, Cancellation)).Select(record => record.Version));
        Assert.Equal([1L, 2, 3, 4], (await divided.ReadEverythingAsync(expected, Cancellation)).Select(record => record.Version));

        // Tried again, it moves.
        await using var again = await DividedJournal.OpenAsync(databases, Cancellation);
        Assert.True(await new PartitionMove(again.Databases, again.Map, static _ => { }).RunAsync(Moved, 1, Cancellation));
        await divided.Journal.AppendAsync(Appends.To(stream, 4));
        Assert.Equal([1L, 2, 3, 4, 5], (await divided.ReadEverythingAsync(1, Cancellation)).Select(record => record.Version));
    }

    [Fact]
    public async Task What_a_grain_decided_before_the_partition_moved_is_appended_after_it()
    {
        var databases = await CreateDatabasesAsync();
        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        await using var mover = await DividedJournal.OpenAsync(databases, Cancellation);
        var stream = Streams(moved: true).First();
        await divided.Journal.AppendAsync(Appends.To(stream, 0));

        // Grains state the timeline on which they decide, once their process knows it.
        var timeline = divided.Journal.Timeline;
        Assert.True(timeline > 0);
        Assert.True(await new PartitionMove(mover.Databases, mover.Map, static _ => { }).RunAsync(Moved, 1, Cancellation));
        Assert.Equal(0, divided.Map.DatabaseOf(Moved));

        await divided.Journal.AppendAsync(Appends.To(stream, 1) with { Timeline = timeline });

        Assert.Equal([1L, 2], (await divided.ReadEverythingAsync(1, Cancellation)).Select(record => record.Version));
    }

    [Fact]
    public async Task A_move_whose_rest_takes_longer_than_appends_may_stop_lets_them_go_on_and_tries_again()
    {
        var databases = await CreateDatabasesAsync();
        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        await using var mover = await DividedJournal.OpenAsync(databases, Cancellation);
        var stream = Streams(moved: true).First();
        await divided.Journal.AppendAsync(Appends.To(stream, 0));
        var told = new List<string>();
        Task? meanwhile = null;

        Assert.True(await new PartitionMove(
            mover.Databases,
            mover.Map,
            told.Add,
            async step =>
            {
                if (step == MoveStep.Closed && meanwhile is null)
                {
                    meanwhile = divided.Journal.AppendAsync(Appends.To(stream, 1));
                    await Task.Delay(TimeSpan.FromSeconds(2.5), Cancellation);
                }
            }).RunAsync(Moved, 1, Cancellation));
        await meanwhile!;

        Assert.Contains("The rest took too long, attempt 1; appends go on.", told);
        await divided.Journal.AppendAsync(Appends.To(stream, 2));
        Assert.Equal([1L, 2, 3], (await divided.ReadEverythingAsync(1, Cancellation)).Select(record => record.Version));
    }

    [Fact]
    public async Task While_a_move_is_in_progress_another_one_is_refused()
    {
        var databases = await CreateDatabasesAsync();
        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        var refusal = "";

        var moved = await new PartitionMove(
            divided.Databases,
            divided.Map,
            static _ => { },
            async step =>
            {
                if (step == MoveStep.Closed)
                {
                    refusal = (await Assert.ThrowsAsync<InvalidOperationException>(
                        () => new PartitionMove(divided.Databases, divided.Map, static _ => { }).RunAsync(6, 1, Cancellation))).Message;
                }
            }).RunAsync(Moved, 1, Cancellation);

        Assert.True(moved);
        Assert.Contains("Another move is in progress", refusal, StringComparison.Ordinal);
    }

    private async Task<string[]> CreateDatabasesAsync() => [await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()];

    /// <summary>Streams of the partition that is moved, or of the other ones.</summary>
    private static IEnumerable<string> Streams(bool moved) =>
        Enumerable.Range(0, int.MaxValue).Select(i => $"order/{i}").Where(stream => PartitionOf(stream) == Moved == moved);

    private static int PartitionOf(string stream) => StreamNames.PartitionOf(stream, DividedJournal.Partitions);
}
