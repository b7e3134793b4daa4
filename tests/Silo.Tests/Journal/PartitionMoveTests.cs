using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Granary.Grains.Interfaces;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

/// <summary>A partition moves between two databases while others append to it.</summary>
public sealed class PartitionMoveTests(SharedPostgres postgres)
{
    private const int Moved = 4;

    /// <summary>A partition of database 1.</summary>
    private const int MovedBack = 5;

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

        var goesOn = false;
        Assert.True(await new PartitionMove(mover.Databases, mover.Map, told.Add, async step =>
        {
            if (step == MoveStep.Closed)
            {
                var closed = appended.ToDictionary();
                var waited = Stopwatch.StartNew();
                while (!goesOn && waited.ElapsedMilliseconds < 1_000)
                {
                    await Task.Delay(5, Cancellation);
                    goesOn = others.Exists(stream => appended[stream] > closed[stream] + 1);
                }
            }
        }).RunAsync(Moved, 1, Cancellation));
        Assert.True(goesOn, "No other partition was appended to while the moved one was closed.");
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
        await ExecuteAsync(divided.Databases.All[0].Source, "UPDATE journal_map SET closed_until = now() WHERE closed_until IS NOT NULL");
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

                    // A cleaning that knows only the old map would delete from the new owner.
                    await Assert.ThrowsAsync<InvalidOperationException>(
                        () => new PartitionCleaning(divided.Databases, divided.Map).RunAsync(divided.Databases.All[0], Cancellation));
                }
            }).RunAsync(Moved, 1, Cancellation);

        Assert.True(moved);
        Assert.Contains("Another move is in progress", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_knows_one_database_appends_nothing_once_a_partition_has_moved_to_another()
    {
        var databases = await CreateDatabasesAsync();
        var quick = new JournalStoreOptions { RetryFor = TimeSpan.FromMilliseconds(100) };
        await using var single = await DividedJournal.OpenAsync(databases[..1], Cancellation, quick);
        using var metrics = new JournalMetrics();
        await using var old = new GroupCommitJournal(single.Databases.All[0].Store, metrics);
        var (moved, other) = (Streams(moved: true).First(), Streams(moved: false).First());
        await old.AppendAsync(Appends.To(moved, 0));
        await using var mover = await DividedJournal.OpenAsync(databases, Cancellation);
        await old.AppendAsync(Appends.To(moved, 1));

        Assert.True(await new PartitionMove(mover.Databases, mover.Map, static _ => { }).RunAsync(Moved, 1, Cancellation));

        foreach (var append in new[] { Appends.To(moved, 2), Appends.To(other, 0) })
        {
            var refusal = await Assert.ThrowsAsync<JournalUnavailableException>(() => old.AppendAsync(append));
            Assert.Contains("Granary:Journal:Databases", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await mover.ReadEverythingAsync(0, Cancellation)).Count);
        await mover.Journal.AppendAsync(Appends.To(moved, 2));
    }

    [Fact]
    public async Task A_source_is_not_opened_again_while_the_switch_waits_for_its_commit()
    {
        var databases = await CreateDatabasesAsync();
        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        await using (var mover = await DividedJournal.OpenAsync(databases, Cancellation))
        {
            await Assert.ThrowsAsync<AbandonedException>(() => new PartitionMove(
                mover.Databases, mover.Map, static _ => { }, static step => step == MoveStep.Completed ? throw new AbandonedException() : Task.CompletedTask)
                .RunAsync(MovedBack, 0, Cancellation));
        }

        var (first, source) = (divided.Databases.All[0].Source, divided.Databases.All[1].Source);
        await ExecuteAsync(source, "UPDATE journal_map SET closed_until = now()");
        await using (var connection = await first.OpenConnectionAsync(Cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            await using var pending = new NpgsqlCommand("UPDATE journal_map SET version = version + 1", connection);
            await pending.ExecuteNonQueryAsync(Cancellation);
            await divided.Databases.RefreshAsync(Cancellation);
            Assert.Equal(1L, await CountClosedAsync(source));
            await transaction.RollbackAsync(Cancellation);
        }

        await divided.Databases.RefreshAsync(Cancellation);
        Assert.Equal(0L, await CountClosedAsync(source));
    }

    [Fact]
    public async Task A_database_that_refuses_the_new_map_keeps_nobody_from_learning_it()
    {
        string[] databases = [.. await CreateDatabasesAsync(), await postgres.CreateDatabaseAsync()];
        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        await using var mover = await DividedJournal.OpenAsync(databases, Cancellation);
        const int OfFirst = 3;
        Assert.Equal(0, divided.Map.DatabaseOf(OfFirst));
        await ExecuteAsync(divided.Databases.All[2].Source, """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE read_only_sql_transaction; END';
            CREATE TRIGGER refuse BEFORE UPDATE ON journal_map EXECUTE FUNCTION refuse();
            """);

        Assert.True(await new PartitionMove(mover.Databases, mover.Map, static _ => { }).RunAsync(OfFirst, 1, Cancellation));
        await divided.Databases.RefreshAsync(Cancellation);

        Assert.Equal(1, divided.Map.DatabaseOf(OfFirst));
    }

    [Fact]
    public async Task A_move_is_given_up_if_a_database_fails_over_meanwhile()
    {
        var databases = await CreateDatabasesAsync();
        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        await using var mover = await DividedJournal.OpenAsync(databases, Cancellation);
        var target = mover.Databases.All[1].Servers;
        var system = long.Parse($"{await ScalarAsync(divided.Databases.All[1].Source, "SELECT system_identifier FROM pg_control_system()")}", CultureInfo.InvariantCulture);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => new PartitionMove(mover.Databases, mover.Map, static _ => { }, step =>
        {
            if (step == MoveStep.Completed)
            {
                target.Fence.Admit("standby:5432", new ServerHistory(system, target.Fence.Timeline + 1));
            }

            return Task.CompletedTask;
        }).RunAsync(Moved, 1, Cancellation));

        Assert.StartsWith("A database has failed over meanwhile.", refusal.Message, StringComparison.Ordinal);
        await divided.Databases.RefreshAsync(Cancellation);
        Assert.Equal(0, divided.Map.DatabaseOf(Moved));
        await divided.Journal.AppendAsync(Appends.To(Streams(moved: true).First(), 0));
    }

    private async Task<string[]> CreateDatabasesAsync() => [await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()];

    /// <summary>Streams of the partition that is moved, or of the other ones.</summary>
    private static IEnumerable<string> Streams(bool moved) =>
        Enumerable.Range(0, int.MaxValue).Select(i => $"order/{i}").Where(stream => PartitionOf(stream) == Moved == moved);

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    private static Task<object?> CountClosedAsync(NpgsqlDataSource source) => ScalarAsync(source, "SELECT count(*) FROM journal_map WHERE closed_until IS NOT NULL");

    private static int PartitionOf(string stream) => StreamNames.PartitionOf(stream, DividedJournal.Partitions);
}
