using System.Net;
using System.Net.Sockets;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

/// <summary>The journal over two servers, of which the primary dies or hangs and the standby takes its place.</summary>
public sealed class StandbyTests : IAsyncLifetime
{
    private static readonly JournalStoreOptions Patient = new() { RetryFor = TimeSpan.FromMinutes(2), CommandTimeout = TimeSpan.FromSeconds(60) };

    private readonly List<IAsyncDisposable> _opened = [];
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("granary-timeline-");
    private readonly CancellationTokenSource _ended = new();
    private readonly List<Task> _watches = [];
    private PostgresServer _primary = null!;
    private PostgresServer _standby = null!;
    private string _database = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _primary = await PostgresServer.StartAsync();
        _database = await _primary.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_watches);
        _ended.Dispose();
        foreach (var opened in Enumerable.Reverse(_opened))
        {
            await opened.DisposeAsync();
        }

        if (_standby is not null)
        {
            await _standby.DisposeAsync();
        }

        await _primary.DisposeAsync();
        _files.Delete(recursive: true);
    }

    [Fact]
    public async Task A_synchronous_standby_has_every_acknowledged_event_when_it_takes_over_and_writing_goes_on()
    {
        await FollowAsync(synchronous: true);
        var store = await OpenAsync();
        await using (var load = new OutageTests.Load(store))
        {
            await load.ProgressAsync(Cancellation);
            await _primary.KillAsync();
            await _standby.PromoteAsync();
            await load.ProgressAsync(Cancellation);

            await load.SettleAsync(Cancellation);
        }

        Assert.Equal(2, store.Timeline);
    }

    [Fact]
    public async Task An_event_is_not_acknowledged_before_the_synchronous_standby_has_it_even_if_the_wait_is_cancelled()
    {
        await FollowAsync(synchronous: true);
        var store = await OpenAsync(new JournalStoreOptions { CommandTimeout = TimeSpan.FromSeconds(1), RetryFor = TimeSpan.FromSeconds(2) });
        Assert.Equal([null], await store.AppendAsync(Appends.To("order/a", 0)));
        await _standby.FreezeAsync();

        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.AppendAsync(Appends.To("order/b", 0)));

        // It has been committed on the primary all the same; now it counts.
        await _standby.ThawAsync();
        var patient = await OpenAsync();
        Assert.IsType<VersionConflictException>(Assert.Single(await patient.AppendAsync(Appends.To("order/b", 0))));
    }

    [Fact]
    public async Task What_was_decided_on_lost_events_is_refused_and_leaves_no_gap()
    {
        var (store, before) = await LoseAsync();

        var outcomes = await store.AppendAsync(
            // The stream has lost version 2; the memory of it comes from before.
            Appends.To("order/grown", 2) with { Timeline = before },

            // Another activation may have written version 1 again.
            Appends.To("order/lost", 0) with { Timeline = before },

            // A process that knows no timeline is refused by the version that is missing.
            Appends.To("order/unknown", 2),
            Appends.To("order/kept", 1) with { Timeline = store.Timeline });

        Assert.Equal([true, true, true, false], outcomes.Select(outcome => outcome is VersionConflictException));
        Assert.Null(outcomes[3]);
        Assert.Equal([1L], (await store.ReadStreamAsync("order/grown", 0, Cancellation)).Select(record => record.Version));
        Assert.Empty(await store.ReadStreamAsync("order/lost", 0, Cancellation));
        Assert.Equal([null], await store.AppendAsync(Appends.To("order/lost", 0) with { Timeline = store.Timeline }));
    }

    [Fact]
    public async Task An_append_that_was_durable_before_the_failover_is_found_and_not_refused()
    {
        await FollowAsync(synchronous: true);
        var store = await OpenAsync();
        Assert.Equal([null], await store.AppendAsync(Appends.To("order/a", 0)));
        var before = store.Timeline;

        // The standby confirms, and the primary dies before it can answer.
        await _primary.QueryAsync("ALTER SYSTEM SET synchronous_commit = 'remote_apply'");
        await _primary.QueryAsync("SELECT pg_reload_conf()");
        await _standby.QueryAsync("SELECT pg_wal_replay_pause()");
        var append = store.AppendAsync(Appends.To("order/a", 1) with { Timeline = before });
        await Eventually.HoldsAsync(
            async () => await _primary.QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") is > 0L
                && await _standby.QueryAsync("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()") is true,
            "the standby has the commit and the primary waits for it to be applied",
            cancellation: Cancellation);
        await _primary.KillAsync();
        await _standby.PromoteAsync();

        Assert.Equal([null], await append);
        Assert.Equal(2, store.Timeline);
        Assert.Equal([1L, 2], (await store.ReadStreamAsync("order/a", 0, Cancellation)).Select(record => record.Version));
    }

    [Fact]
    public async Task A_reader_that_has_seen_lost_events_skips_no_new_one()
    {
        await FollowAsync(synchronous: false);
        var store = await OpenAsync();
        await store.AppendAsync(Appends.To("order/kept", 0));
        await _primary.IsFollowedAsync(Cancellation);
        await _standby.StopReceivingAsync();
        for (var i = 0; i < 50; i++)
        {
            await store.AppendAsync(Appends.To(Appends.NewStream(), 0));
        }

        var seen = (await store.ReadAsync(51, page: 100, Cancellation))[^1].Position;
        await _primary.KillAsync();
        await _standby.PromoteAsync();

        // Several silos open the journal at once, and each has readers.
        var silos = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenAsync()));
        var streams = silos.Select(_ => Appends.NewStream()).ToList();
        await Task.WhenAll(silos.Zip(streams, (silo, stream) => silo.AppendAsync(Appends.To(stream, 0))));

        var after = new List<JournalRecord>();
        await Eventually.HoldsAsync(
            async () =>
            {
                after.AddRange(await store.ReadAllAsync(after is [.., var last] ? last.Position : seen, 3, Cancellation));
                return after.Count >= streams.Count;
            },
            "the new events are read after the lost ones",
            cancellation: Cancellation);
        Assert.Equal(streams.Order(StringComparer.Ordinal), after.Select(record => record.Stream).Order(StringComparer.Ordinal));
        var offset = await _standby.QueryAsync("SELECT xid_offset FROM journal_epoch", Name);
        Assert.Equal(1L << 24, offset);
        Assert.Equal(2, await _standby.QueryAsync("SELECT timeline FROM journal_epoch", Name));
    }

    [Fact]
    public async Task An_old_primary_that_comes_back_is_refused_and_the_refusal_says_why()
    {
        await FollowAsync(synchronous: true);
        var servers = Servers();
        var store = await OpenAsync(servers: servers);
        await store.AppendAsync(Appends.To("order/a", 0));
        await _primary.KillAsync();
        await _standby.PromoteAsync();
        Assert.Equal([null], await store.AppendAsync(Appends.To("order/a", 1)));

        await _primary.RestartAsync(immediate: true);
        await Eventually.HoldsAsync(() => servers.Fence.Refusals.Count > 0, "the old primary is refused", cancellation: Cancellation);

        Assert.Equal(
            $"PostgreSQL at 127.0.0.1:{_primary.Port} is refused: it is an old primary, on timeline 1, and timeline 2 has been seen. "
            + "Stop it, and make it a standby of the new primary; docs/standby.md says how.",
            Assert.Single(servers.Fence.Refusals));
        await using var source = servers.Open();
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        Assert.Equal(_standby.Port, connection.Port);
        Assert.Equal([null], await store.AppendAsync(Appends.To("order/a", 2)));
        Assert.Equal(3, (await store.ReadStreamAsync("order/a", 0, Cancellation)).Count);
    }

    [Fact]
    public async Task A_process_that_starts_while_only_the_old_primary_is_there_refuses_it()
    {
        await FollowAsync(synchronous: true);
        await (await OpenAsync()).AppendAsync(Appends.To("order/a", 0));
        await _primary.KillAsync();
        await _standby.PromoteAsync();
        var seen = Servers();
        await Eventually.HoldsAsync(() => seen.Fence.Timeline == 2, "a process sees the new primary", cancellation: Cancellation);
        await _standby.StopAsync();
        await _primary.RestartAsync(immediate: true);

        // Another process, with the file of the one before.
        var store = await OpenAsync(new JournalStoreOptions { RetryFor = TimeSpan.Zero });
        var fault = await Assert.ThrowsAsync<JournalUnavailableException>(() => store.ReadEndAsync(Cancellation));

        Assert.Contains("it is an old primary, on timeline 1, and timeline 2 has been seen", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_append_that_a_primary_answers_after_it_was_replaced_is_not_acknowledged_on_its_word()
    {
        await FollowAsync(synchronous: false);
        var servers = Servers();
        var store = await OpenAsync(servers: servers);
        await store.AppendAsync(Appends.To("order/a", 0));
        await _primary.IsFollowedAsync(Cancellation);
        await _standby.StopReceivingAsync();
        await using var holder = new NpgsqlConnection(_database + ";Pooling=false");
        await holder.OpenAsync(Cancellation);
        await using var transaction = await holder.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("LOCK TABLE journal IN SHARE MODE", holder);
        await hold.ExecuteNonQueryAsync(Cancellation);
        var append = store.AppendAsync(Appends.To("order/a", 1) with { Timeline = store.Timeline });
        await Eventually.HoldsAsync(
            async () => await _primary.QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") is > 0L,
            "the append waits for the lock",
            cancellation: Cancellation);

        await _standby.PromoteAsync();
        await Eventually.HoldsAsync(() => servers.Fence.Timeline == 2, "the process sees the new primary", cancellation: Cancellation);
        await transaction.CommitAsync(Cancellation);

        Assert.IsType<VersionConflictException>(Assert.Single(await append));
        Assert.Single(await store.ReadStreamAsync("order/a", 0, Cancellation));
    }

    [Fact]
    public async Task A_primary_that_was_away_is_used_again_beside_a_host_that_hangs_up_on_everybody()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var hangingUp = HangUpAsync(other);
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var servers = new PostgreSqlServers(_primary.WithHost(_database, port), NullLogger<PostgreSqlServers>.Instance);
        _opened.Add(servers);
        var store = await OpenAsync(new JournalStoreOptions { RetryFor = TimeSpan.FromSeconds(3) }, servers);
        await store.InitializeAsync(Cancellation);
        Assert.Equal([null], await store.AppendAsync(Appends.To("order/a", 0)));
        await _primary.StopAsync();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.ReadStreamAsync("order/a", 0, Cancellation));
        await _primary.RestartAsync(immediate: true);

        // Nothing looks regularly here, as in a command: the read that fails looks itself.
        Assert.Single(await store.ReadStreamAsync("order/a", 0, Cancellation));
        other.Stop();
        await hangingUp;
    }

    private static async Task HangUpAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                (await listener.AcceptSocketAsync(Cancellation)).Dispose();
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test has stopped listening.
        }
    }

    [Fact]
    public async Task A_server_of_another_system_is_refused_while_the_process_runs()
    {
        var fence = new PrimaryFence(NullLogger.Instance);
        fence.Admit("one", new ServerHistory(System: 7, Timeline: 3));

        var refusal = Assert.Throws<RefusedServerException>(() => fence.Admit("other", new ServerHistory(System: 8, Timeline: 9)));

        Assert.Contains("it is another database system (8, not 7)", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(3, fence.Timeline);
        fence.Forget("other");
        Assert.Empty(fence.Refusals);
        await Task.CompletedTask;
    }

    private string Name => new NpgsqlConnectionStringBuilder(_database).Database!;

    /// <summary>Starts the standby of a primary that has the tables.</summary>
    private async Task FollowAsync(bool synchronous)
    {
        var servers = new PostgreSqlServers(_database);
        _opened.Add(servers);
        await PostgreSqlSchema.MigrateAsync(servers.Open(), Cancellation);
        _standby = await _primary.StartStandbyAsync(synchronous);
    }

    /// <summary>An asynchronous standby takes over without the last events.</summary>
    /// <returns>A store that has written them, and the timeline of that time.</returns>
    private async Task<(PostgreSqlJournal Store, int Before)> LoseAsync()
    {
        await FollowAsync(synchronous: false);
        var store = await OpenAsync();
        await store.AppendAsync(Appends.To("order/grown", 0), Appends.To("order/kept", 0), Appends.To("order/unknown", 0));
        await _primary.IsFollowedAsync(Cancellation);
        await _standby.StopReceivingAsync();
        await store.AppendAsync(Appends.To("order/grown", 1), Appends.To("order/unknown", 1), Appends.To("order/lost", 0));
        var before = store.Timeline;
        await _primary.KillAsync();
        await _standby.PromoteAsync();

        // The first write learns of the new primary.
        Assert.Equal([null], await store.AppendAsync(Appends.To(Appends.NewStream(), 0)));
        Assert.Equal((1, 2), (before, store.Timeline));
        return (store, before);
    }

    private PostgreSqlServers Servers()
    {
        var servers = new PostgreSqlServers(
            _primary.WithHost(_database, _standby), NullLogger<PostgreSqlServers>.Instance, Path.Combine(_files.FullName, "timeline"));
        _opened.Add(servers);
        _watches.Add(WatchAsync(servers));
        return servers;
    }

    /// <summary>As every process does, and more often.</summary>
    private async Task WatchAsync(PostgreSqlServers servers)
    {
        while (!_ended.IsCancellationRequested)
        {
            await servers.LookAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(50), _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<PostgreSqlJournal> OpenAsync(JournalStoreOptions? options = null, PostgreSqlServers? servers = null)
    {
        servers ??= Servers();
        await servers.LookAsync(Cancellation);
        var store = new PostgreSqlJournal(servers.Open(), options ?? Patient, NullLogger<PostgreSqlJournal>.Instance, servers);
        _opened.Add(store);
        return store;
    }
}
