using System.Diagnostics.Metrics;
using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders.Index;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Silo.Tests.Journal;
using Granary.Silo.Tests.Streams;
using Granary.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Clustering;

/// <summary>
/// A silo that lives on while an asynchronous standby without the last events takes the place of the primary. Its grains, consumers,
/// snapshots and caches know more than the database then.
/// </summary>
public sealed class TakeoverTests
{
    /// <summary>Enough events of one stock item that its activation writes a snapshot when it ends.</summary>
    private const int Lost = 60;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_silo_remembers_of_lost_events_leaves_no_trace_and_repeated_requests_get_one_order_each()
    {
        await using var primary = await PostgresServer.StartAsync();
        var database = await primary.CreateDatabaseAsync();
        await using var standby = await primary.StartStandbyAsync(synchronous: false);
        await using var silo = await StartAsync(primary.WithHost(database, standby));
        await silo.OpenAsync();
        var kept = await PlaceAsync(silo, [.. Enumerable.Range(0, 5).Select(_ => Command())]);
        await primary.IsFollowedAsync(Cancellation);
        await standby.StopReceivingAsync();
        var lost = await PlaceAsync(silo, [.. Enumerable.Range(0, Lost).Select(_ => Command())]);
        await Task.WhenAll(kept.Select(order => silo.Grains.GetGrain<IOrderGrain>(order.Id).Pay(new OrderCommand(WholeSilo.Customer))));
        await Eventually.HoldsAsync(
            async () => (await silo.Index.ReadAsync([.. lost.Select(order => order.Id)], Cancellation)).Count == Lost,
            "the consumer has passed the events that are lost", cancellation: Cancellation);

        await primary.KillAsync();
        await standby.PromoteAsync();

        // Customers repeat what was acknowledged and is lost, as after any doubt, and order more.
        var again = await PlaceAsync(silo, lost);
        var paid = await Task.WhenAll(kept.Select(order => AnsweredAsync(
            () => silo.Grains.GetGrain<IOrderGrain>(order.Id).Pay(new OrderCommand(WholeSilo.Customer)))));
        var more = await PlaceAsync(silo, [.. Enumerable.Range(0, 5).Select(_ => Command())]);

        Assert.All(paid, reply => Assert.Equal(OrderStatus.Paid, reply.Order?.Status));
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Port = standby.Port });
        await using var journal = new PostgreSqlJournal(source, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance);
        AuditReport report = null!;
        await Eventually.HoldsAsync(
            async () =>
            {
                var audit = new JournalAudit();
                foreach (var record in await journal.ReadEverythingAsync(1_000, Cancellation))
                {
                    audit.Add(record);
                }

                report = audit.Judge();
                Assert.Equal(
                    kept.Concat(again).Concat(more).Select(order => order.Id).Order(StringComparer.Ordinal),
                    audit.Orders.Values.Where(order => order.Exists).Select(order => order.Id).Order(StringComparer.Ordinal));
                return report.Lagging.Count == 0;
            },
            "every claim is in step with its order", cancellation: Cancellation);
        Assert.Empty(report.Violations);
        var stock = (await silo.Grains.GetGrain<IStockGrain>(WholeSilo.Sku).GetLevel()).Level!;
        Assert.Equal((Lost + 5, 1_000 - kept.Count), (stock.Reserved, stock.OnHand));
        var index = silo.Service<OrderIndexAudit>();
        await Eventually.HoldsAsync(
            async () => await index.CheckAsync(new Progress<double>(), Cancellation) is [], "the index equals the journal", cancellation: Cancellation);
        Assert.Equal(kept.Count + Lost + 5, (await silo.Index.ReadAsync([.. kept.Concat(lost).Concat(more).Select(order => order.Id)], Cancellation)).Count);
    }

    [Fact]
    public async Task What_an_asynchronous_standby_lacks_when_it_takes_over_is_within_the_lag_that_the_metric_told()
    {
        await using var primary = await PostgresServer.StartAsync();
        var database = await primary.CreateDatabaseAsync();
        await using var standby = await primary.StartStandbyAsync(synchronous: false);
        await using var silo = await StartAsync(primary.WithHost(database, standby));
        await silo.OpenAsync();
        var kept = await PlaceAsync(silo, [.. Enumerable.Range(0, 5).Select(_ => Command())]);

        // The primary does not take the silence of the standby for its end.
        await primary.QueryAsync("ALTER SYSTEM SET wal_sender_timeout = 0");
        await primary.QueryAsync("SELECT pg_reload_conf()");
        await primary.IsFollowedAsync(Cancellation);
        var thawAsync = await standby.FreezeReceiverAsync();

        // Some 25 MB, more than the connection's buffers hold.
        await primary.QueryAsync("CREATE TABLE filler AS SELECT md5(n::text) FROM generate_series(1, 400000) AS n");
        await PlaceAsync(silo, [.. Enumerable.Range(0, 20).Select(_ => Command())]);
        var written = (long)(await primary.QueryAsync("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint"))!;
        var applied = (long)(await primary.QueryAsync("SELECT (replay_lsn - '0/0'::pg_lsn)::bigint FROM pg_stat_replication"))!;
        var told = 0.0;
        await Eventually.HoldsAsync(
            () => (told = Measure(silo)["replication_lag_bytes"].Value) >= written - applied, "the metric tells of all that was written", cancellation: Cancellation);

        await primary.KillAsync();
        await thawAsync();
        await standby.PromoteAsync();

        // Where the new timeline begins.
        var switched = (long)(await standby.QueryAsync(
            "SELECT (substring(pg_read_file('pg_wal/00000002.history') from '^1\t([0-9A-F/]+)')::pg_lsn - '0/0'::pg_lsn)::bigint"))!;
        Assert.InRange((double)(written - switched), 1, told);
        var name = new NpgsqlConnectionStringBuilder(database).Database!;
        Assert.Equal((long)kept.Count, await standby.QueryAsync("SELECT count(*) FROM journal WHERE type = 'order.placed'", name));
    }

    [Fact]
    public async Task Readiness_and_metrics_tell_of_a_standby_that_follows_or_is_away_and_of_an_old_primary()
    {
        await using var primary = await PostgresServer.StartAsync();
        var database = await primary.CreateDatabaseAsync();
        await using var standby = await primary.StartStandbyAsync(synchronous: true);
        await using var silo = await StartAsync(primary.WithHost(database, standby));
        await TellsAsync(HealthStatus.Healthy, null);
        var values = Measure(silo);
        Assert.Equal(0, values["replication_standbys_missing"].Value);
        Assert.Equal("sync", values["replication_lag_bytes"].State);
        Assert.Equal("sync", values["replication_lag_seconds"].State);

        await standby.StopAsync();
        await TellsAsync(HealthStatus.Degraded, $"127.0.0.1:{standby.Port} cannot be reached");
        Assert.Equal(1, Measure(silo)["replication_standbys_missing"].Value);

        await standby.RestartAsync(immediate: true);
        await TellsAsync(HealthStatus.Healthy, null);
        await primary.KillAsync();
        await standby.PromoteAsync();
        await TellsAsync(HealthStatus.Degraded, $"127.0.0.1:{primary.Port} cannot be reached");
        await primary.RestartAsync(immediate: true);
        await TellsAsync(HealthStatus.Degraded, $"PostgreSQL at 127.0.0.1:{primary.Port} is refused: it is an old primary, on timeline 1");
        Assert.Equal(1, Measure(silo)["replication_servers_refused"].Value);

        Task TellsAsync(HealthStatus status, string? start) => Eventually.HoldsAsync(
            async () =>
            {
                var report = await silo.Service<HealthCheckService>().CheckHealthAsync(check => check.Name == "replication", Cancellation);
                var told = report.Entries["replication"];
                return told.Status == status && (start is null || told.Description!.StartsWith(start, StringComparison.Ordinal));
            },
            $"readiness tells {status} {start}", cancellation: Cancellation);
    }

    [Fact]
    public async Task While_a_synchronous_standby_is_away_orders_wait_for_it_but_neither_lists_nor_snapshots()
    {
        await using var primary = await PostgresServer.StartAsync();
        var database = await primary.CreateDatabaseAsync();
        await using var standby = await primary.StartStandbyAsync(synchronous: true);
        await using var silo = await StartAsync(primary.WithHost(database, standby));
        await silo.OpenAsync();
        var before = await PlaceAsync(silo, [Command()]);
        await Eventually.HoldsAsync(async () => (await ListedAsync(before)).Count == 1, "the order is listed", cancellation: Cancellation);

        await standby.StopAsync();
        var orders = Enumerable.Range(0, 8).Select(_ => Command()).ToList();
        var placing = PlaceAsync(silo, orders);
        await Eventually.HoldsAsync(WaitsAsync, "a commit waits for the standby", cancellation: Cancellation);
        Assert.Single(await ListedAsync(before));
        var snapshots = silo.Service<SnapshotStore>();
        var stock = silo.Grains.GetGrain<IStockGrain>(WholeSilo.Sku).GetGrainId();
        var entry = await snapshots.ReadAsync<StockState>("of-this-test", stock);
        entry.State = new Snapshot<StockState> { State = StockState.Initial(WholeSilo.Sku), Version = 1 };
        Assert.True(await snapshots.WriteAsync("of-this-test", stock, entry));
        Assert.Equal(1, (await snapshots.ReadAsync<StockState>("of-this-test", stock)).State!.Version);
        Assert.True(await WaitsAsync());
        Assert.False(placing.IsCompleted);

        await standby.RestartAsync(immediate: true);
        await placing;

        async Task<bool> WaitsAsync() => (long)(await primary.QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))! > 0;
        Task<IReadOnlyList<OrderIndexEntry>> ListedAsync(List<(string Id, PlaceOrder Command)> placed) =>
            silo.Index.ReadAsync([.. placed.Select(order => order.Id)], Cancellation);
    }

    private static Task<WholeSilo> StartAsync(string database) => WholeSilo.StartAsync(
        new Dictionary<string, string?>
        {
            ["Granary:Storage"] = "PostgreSql",
            ["ConnectionStrings:Granary"] = database,
            ["Granary:DataDirectory"] = Directory.CreateTempSubdirectory("granary-takeover-").FullName,
            ["Granary:Orders:ReservationGrace"] = "00:00:01",
        },
        Cancellation);

    /// <summary>The figures of replication of a silo, by name, with the label of the last one. Other tests have silos in this process.</summary>
    private static Dictionary<string, (double Value, object? State)> Measure(WholeSilo silo)
    {
        var servers = silo.Service<PostgreSqlServers>();
        var values = new Dictionary<string, (double, object?)>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => Listen(instrument, listener) };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => values[instrument.Name] = (value, StateOf(tags)));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => values[instrument.Name] = (value, StateOf(tags)));
        listener.Start();
        listener.RecordObservableInstruments();
        return values;

        void Listen(Instrument instrument, MeterListener listener)
        {
            if (ReferenceEquals(instrument.Meter.Scope, servers))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        }

        static object? StateOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (key, value) in tags)
            {
                if (key == "sync_state")
                {
                    return value;
                }
            }

            return null;
        }
    }

    private static (string Id, PlaceOrder Command) Command() => (
        OrderId.New(DateTimeOffset.UtcNow),
        new PlaceOrder { UserId = WholeSilo.Customer, Lines = [new RequestedLine(WholeSilo.Sku, 1)], By = WholeSilo.Customer, Fingerprint = "one lamp" });

    /// <summary>Places orders until each is answered.</summary>
    private static async Task<List<(string Id, PlaceOrder Command)>> PlaceAsync(WholeSilo silo, List<(string Id, PlaceOrder Command)> orders)
    {
        var replies = await Task.WhenAll(orders.Select(order => AnsweredAsync(() => silo.Grains.GetGrain<IOrderGrain>(order.Id).Place(order.Command))));
        Assert.All(replies, reply => Assert.NotNull(reply.Order));
        return orders;
    }

    /// <summary>Repeats a request that may be repeated, as a client does after 503.</summary>
    private static async Task<OrderReply> AnsweredAsync(Func<Task<OrderReply>> request)
    {
        OrderReply? reply = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    reply = await request();
                    return true;
                }
                catch (Exception fault) when (fault is JournalException or TimeoutException)
                {
                    return false;
                }
            },
            "the request is answered", cancellation: Cancellation);
        return reply!;
    }
}
