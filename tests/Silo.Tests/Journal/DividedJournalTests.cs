using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

/// <summary>A journal over two databases: what is where, what waits for what, and which configurations it refuses.</summary>
public sealed class DividedJournalTests(SharedPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_stream_is_whole_in_the_database_of_its_partition_and_the_streams_are_spread_evenly()
    {
        await using var divided = await OpenAsync();
        var streams = Enumerable.Range(0, 2_000).Select(_ => Appends.NewStream()).ToList();

        await Parallel.ForEachAsync(
            streams,
            new ParallelOptions { MaxDegreeOfParallelism = 500, CancellationToken = Cancellation },
            async (stream, _) =>
            {
                await divided.Journal.AppendAsync(Appends.To(stream, 0, events: 2));
                await divided.Journal.AppendAsync(Appends.To(stream, 2));
            });

        List<JournalRecord>[] all = [await divided.ReadEverythingAsync(0, Cancellation), await divided.ReadEverythingAsync(1, Cancellation)];
        Assert.Equal(streams.Order(StringComparer.Ordinal), all.SelectMany(records => records.Select(record => record.Stream).Distinct()).Order(StringComparer.Ordinal));
        for (var database = 0; database < 2; database++)
        {
            Assert.All(all[database], record => Assert.Equal(database, StreamNames.PartitionOf(record.Stream, DividedJournal.Partitions) % 2));
            Assert.All(all[database].GroupBy(record => record.Stream), stream => Assert.Equal([1L, 2, 3], stream.Select(record => record.Version)));
            Assert.InRange(all[database].Count, 0.45 * 6_000, 0.55 * 6_000);
        }

        Assert.Empty(all[0].Select(record => record.Position).Intersect(all[1].Select(record => record.Position)));
        Assert.All(all[1], record => Assert.Equal(1, JournalPosition.DatabaseOf(record.Position)));
        var read = await divided.Journal.ReadStreamsAsync([.. streams.Take(100)], Cancellation);
        Assert.All(streams.Take(100), stream => Assert.Equal([1L, 2, 3], read[stream].Select(record => record.Version)));
        Assert.Equal([2L, 3], (await divided.Journal.ReadStreamAsync(streams[0], 1, Cancellation)).Select(record => record.Version));
    }

    [Fact]
    public async Task An_append_waits_until_what_it_requires_in_the_other_database_is_durable_although_that_is_deferred()
    {
        await using var divided = await OpenAsync();
        var (here, there, order) = (divided.StreamIn(0, "user"), divided.StreamIn(1, "stock"), divided.StreamIn(0));
        var wallet = divided.Journal.AppendAsync(Appends.To(here, 0) with { IsDeferred = true });
        var stock = divided.Journal.AppendAsync(Appends.To(there, 0) with { IsDeferred = true });

        await divided.Journal.AppendAsync(Appends.To(order, 0) with { Requires = [new(here, wallet), new(there, stock)] });

        Assert.True(stock.IsCompletedSuccessfully && wallet.IsCompletedSuccessfully, "what is required is durable before");
        Assert.Single(await divided.Journal.ReadStreamAsync(order, 0, Cancellation));
    }

    [Fact]
    public async Task An_append_whose_requirement_fails_in_the_other_database_is_not_made()
    {
        await using var divided = await OpenAsync();
        var (taken, order) = (divided.StreamIn(1, "stock"), divided.StreamIn(0));
        await divided.Journal.AppendAsync(Appends.To(taken, 0));
        var late = divided.Journal.AppendAsync(Appends.To(taken, 0) with { IsDeferred = true });

        var fault = await Assert.ThrowsAsync<RequirementFailedException>(
            () => divided.Journal.AppendAsync(Appends.To(order, 0) with { Requires = [new(taken, late)] }));

        Assert.IsType<VersionConflictException>(fault.InnerException);
        Assert.Empty(await divided.Journal.ReadStreamAsync(order, 0, Cancellation));
    }

    [Fact]
    public async Task Only_what_needs_the_database_that_is_away_fails()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var divided = await DividedJournal.OpenAsync(
            [await postgres.CreateDatabaseAsync(), await server.CreateDatabaseAsync()], Cancellation, new JournalStoreOptions { RetryFor = TimeSpan.FromMilliseconds(100) });
        var (here, there) = (divided.StreamIn(0, "user"), divided.StreamIn(1, "stock"));
        await server.StopAsync();

        var needed = divided.Journal.AppendAsync(Appends.To(there, 0) with { IsDeferred = true });
        var needing = divided.Journal.AppendAsync(Appends.To(divided.StreamIn(0), 0) with { Requires = [new(there, needed)] });
        await divided.Journal.AppendAsync(Appends.To(here, 0));

        await Assert.ThrowsAsync<JournalUnavailableException>(() => needed);
        await Assert.ThrowsAsync<RequirementFailedException>(() => needing);
        Assert.Single(await divided.Journal.ReadStreamAsync(here, 0, Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => divided.Journal.ReadStreamAsync(there, 0, Cancellation));
        await server.RestartAsync(immediate: true);
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await divided.Journal.AppendAsync(Appends.To(there, 0));
                    return true;
                }
                catch (JournalUnavailableException)
                {
                    return false;
                }
            },
            "the other database takes appends again",
            cancellation: Cancellation);
    }

    [Fact]
    public async Task A_journal_that_had_one_database_keeps_everything_in_it_when_another_is_added()
    {
        string[] databases = [await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()];
        var stream = Appends.NewStream();
        await using (var single = await DividedJournal.OpenAsync(databases[..1], Cancellation))
        {
            Assert.Equal([null], await single.Databases.All[0].Store.AppendAsync(Appends.To(stream, 0)));
        }

        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);
        await divided.Journal.AppendAsync(Appends.To(stream, 1));
        await divided.Journal.AppendAsync(Appends.To(Appends.NewStream(), 0));

        Assert.Equal(3, (await divided.ReadEverythingAsync(0, Cancellation)).Count);
        Assert.Empty(await divided.ReadEverythingAsync(1, Cancellation));
    }

    [Fact]
    public async Task A_third_database_has_nothing_when_it_is_added_and_the_map_of_the_others_stays()
    {
        string[] databases = [await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()];
        await using (await DividedJournal.OpenAsync(databases[..2], Cancellation))
        {
        }

        await using var divided = await DividedJournal.OpenAsync(databases, Cancellation);

        Assert.Equal(Enumerable.Range(0, 16).Select(partition => partition % 2), divided.Map.Map!.Databases);
    }

    [Fact]
    public async Task A_configuration_that_contradicts_the_databases_is_refused_with_the_reason()
    {
        string[] databases = [await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()];
        string[] others = [await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()];
        var alone = await postgres.CreateDatabaseAsync();
        await using (await DividedJournal.OpenAsync(databases, Cancellation))
        await using (await DividedJournal.OpenAsync(others, Cancellation))
        await using (var single = await DividedJournal.OpenAsync([alone], Cancellation))
        {
            await single.Databases.All[0].Store.AppendAsync(Appends.To("order/a", 0));
        }

        await RefusesAsync("a part of the journal is in database 1", databases[0]);
        await RefusesAsync("is number 1 of a journal of several", databases[1]);
        await RefusesAsync("names at 0 the database that is number 1", databases[1], databases[0]);
        await RefusesAsync("names at 1 a database of another journal", databases[0], others[1]);
        await RefusesAsync("names at 1 a database that has a journal of its own", databases[0], alone);
        await RefusesAsync("names at 1 database 1 of journal", alone, databases[1]);
        await RefusesAsync("names at 1 the same database as at 0", alone, alone + ";Application Name=other");
        var partitions = await Assert.ThrowsAsync<PartitionMapException>(() => DividedJournal.OpenAsync(databases, Cancellation, partitions: 8));
        Assert.Contains("16 partitions", partitions.Message, StringComparison.Ordinal);

        // Nothing was written to a database that was refused.
        await using (await DividedJournal.OpenAsync([alone], Cancellation))
        await using (await DividedJournal.OpenAsync(databases, Cancellation))
        {
        }
    }

    [Fact]
    public async Task Silos_that_open_new_databases_at_once_agree_on_the_map()
    {
        string[] databases = [await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()];

        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DividedJournal.OpenAsync(databases, Cancellation)));

        Assert.Single(opened.Select(divided => divided.Map.Map!.Journal).Distinct());
        foreach (var divided in opened)
        {
            await divided.DisposeAsync();
        }
    }

    private static async Task RefusesAsync(string reason, params string[] databases)
    {
        var refusal = await Assert.ThrowsAsync<PartitionMapException>(() => DividedJournal.OpenAsync(databases, Cancellation));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    private async Task<DividedJournal> OpenAsync() =>
        await DividedJournal.OpenAsync([await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()], Cancellation);
}

/// <summary>The contract of journal stores for a database that is not the first of its journal: its ordinals are others.</summary>
public sealed class FurtherDatabaseTests(SharedPostgres postgres) : PostgreSqlJournalContract(postgres, JournalPosition.MostDatabases - 1);
