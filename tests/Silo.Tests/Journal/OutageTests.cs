using System.Collections.Concurrent;
using Granary.Grains.Interfaces;
using Granary.Journal.PostgreSql;
using Granary.Journal;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

/// <summary>
/// The journal stays correct while connections are cut and the server goes down: acknowledged means durable, exactly once.
/// </summary>
public sealed class OutageTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private string _database = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _database = await _server.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(_database);
        await using var store = Store(source);
        await store.InitializeAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Connections_cut_during_commits_lose_and_duplicate_nothing()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var load = new Load(Store(source));
        for (var round = 0; round < 40; round++)
        {
            await load.ProgressAsync(Cancellation);
            Assert.True(await _server.KillBackendsAsync(_database) > 0);
        }

        await load.SettleAsync(Cancellation);
    }

    [Fact]
    public async Task A_server_that_restarts_after_a_crash_loses_and_duplicates_nothing()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var load = new Load(Store(source));
        for (var round = 0; round < 3; round++)
        {
            await load.ProgressAsync(Cancellation);
            await _server.RestartAsync(immediate: true);
        }

        await load.SettleAsync(Cancellation);
    }

    [Fact]
    public async Task After_a_failover_that_lost_commits_nothing_is_appended_after_the_gap()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var store = Store(source);
        var (lost, kept) = (Appends.NewStream("stock"), Appends.NewStream("stock"));
        foreach (var stream in (string[])[lost, kept])
        {
            Assert.All(await store.AppendAsync(Appends.To(stream, 0)), Assert.Null);
            Assert.All(await store.AppendAsync(Appends.To(stream, 1)), Assert.Null);
            Assert.All(await store.AppendAsync(Appends.To(stream, 2)), Assert.Null);
        }

        // The server that takes over lacks the last commit and knows nothing of the other server's connections.
        await using (var standby = new NpgsqlConnection(_database + ";Pooling=false"))
        {
            await standby.OpenAsync(Cancellation);
            await using var loss = new NpgsqlCommand("DELETE FROM journal WHERE stream = $1 AND version = 3", standby)
            {
                Parameters = { new() { Value = lost } },
            };
            Assert.Equal(1, await loss.ExecuteNonQueryAsync(Cancellation));
        }

        await _server.KillBackendsAsync(_database);

        var outcomes = await store.AppendAsync(Appends.To(lost, 3), Appends.To(kept, 3));

        Assert.IsType<VersionConflictException>(outcomes[0]);
        Assert.Null(outcomes[1]);
        Assert.Equal([1, 2], (await store.ReadStreamAsync(lost, 0, Cancellation)).Select(record => record.Version));
        Assert.Equal([1, 2, 3, 4], (await store.ReadStreamAsync(kept, 0, Cancellation)).Select(record => record.Version));
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_acknowledged_once()
    {
        await using var proxy = new CuttingProxy(new NpgsqlConnectionStringBuilder(_database).Port);
        await using var source = NpgsqlDataSource.Create($"{_database};Port={proxy.Port}");
        await using var store = Store(source);
        var stream = Appends.NewStream();
        Assert.Equal([null], await store.AppendAsync(Appends.To(stream, 0)));
        for (var version = 1; version <= 20; version++)
        {
            proxy.LoseNextAnswer();
            Assert.Equal([null, null], await store.AppendAsync(Appends.To(stream, version), Appends.To(Appends.NewStream(), 0, events: 3)));
            Assert.Equal(version, proxy.Lost);
        }

        Assert.Equal(21, (await store.ReadStreamAsync(stream, 0, Cancellation)).Count);
        Assert.Equal(21 + 20 * 3, (await store.ReadAsync(21 + 20 * 3, page: 1_000, Cancellation)).Count);
    }

    [Fact]
    public async Task An_append_that_is_cut_while_it_waits_for_a_lock_is_durable_once()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var store = Store(source);
        await using var holder = new NpgsqlConnection(_database + ";Pooling=false");
        await holder.OpenAsync(Cancellation);
        await using var transaction = await holder.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("LOCK TABLE journal IN SHARE MODE", holder);
        await hold.ExecuteNonQueryAsync(Cancellation);
        var append = store.AppendAsync(Appends.To("order/locked", 0, events: 2));
        await Eventually.HoldsAsync(() => CutBlockedAsync(), "the append waits for the lock and is cut", cancellation: Cancellation);
        await Eventually.HoldsAsync(() => CutBlockedAsync(), "its second attempt waits as well and is cut", cancellation: Cancellation);

        await transaction.CommitAsync(Cancellation);

        Assert.Equal([null], await append);
        Assert.Equal([1L, 2], (await store.ReadStreamAsync("order/locked", 0, Cancellation)).Select(record => record.Version));
    }

    [Fact]
    public async Task An_unreachable_database_makes_appends_and_reads_unavailable_until_it_returns()
    {
        var proxy = new CuttingProxy(new NpgsqlConnectionStringBuilder(_database).Port);
        await using var source = NpgsqlDataSource.Create($"{_database};Port={proxy.Port};Timeout=2");
        await using var store = new PostgreSqlJournal(
            source, new JournalStoreOptions { RetryFor = TimeSpan.FromMilliseconds(200) }, NullLogger<PostgreSqlJournal>.Instance);
        await proxy.DisposeAsync();

        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.AppendAsync(Appends.To("order/a", 0)));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.ReadStreamAsync("order/a", 0, Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.ReadAllAsync(0, 10, Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.InitializeAsync(Cancellation));
    }

    private static PostgreSqlJournal Store(NpgsqlDataSource source) =>
        new(source, new JournalStoreOptions { RetryFor = TimeSpan.FromMinutes(2), CommandTimeout = TimeSpan.FromSeconds(60) }, NullLogger<PostgreSqlJournal>.Instance);

    private async Task<bool> CutBlockedAsync()
    {
        // On a separate connection: a transaction sees pg_stat_activity as it was at its first query.
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))! > 0;
    }

    /// <summary>Clients that append to their own streams through group commit, and a record of what was acknowledged.</summary>
    internal sealed class Load : IAsyncDisposable
    {
        private const int Clients = 32;

        private readonly PostgreSqlJournal _store;
        private readonly JournalMetrics _metrics = new();
        private readonly GroupCommitJournal _journal;
        private readonly ConcurrentDictionary<string, long> _acknowledged = new();
        private readonly Task[] _clients;
        private volatile bool _stop;
        private long _appends;

        public Load(PostgreSqlJournal store)
        {
            _store = store;
            _journal = new GroupCommitJournal(store, _metrics);
            _clients = [.. Enumerable.Range(0, Clients).Select(i => Task.Run(() => AppendAsync($"order/client-{i}")))];
        }

        /// <summary>Returns when more appends have been acknowledged, so that the next cut hits work in progress.</summary>
        public async Task ProgressAsync(CancellationToken cancellation)
        {
            var before = Interlocked.Read(ref _appends);
            await Eventually.HoldsAsync(() => Interlocked.Read(ref _appends) > before + Clients, "appends go on", cancellation: cancellation);
        }

        /// <summary>
        /// Stops the clients and compares the journal with their acknowledgements: every append was acknowledged, and none is
        /// stored twice.
        /// </summary>
        public async Task SettleAsync(CancellationToken cancellation)
        {
            _stop = true;
            await Task.WhenAll(_clients);
            foreach (var (stream, version) in _acknowledged)
            {
                var records = await _store.ReadStreamAsync(stream, 0, cancellation);
                Assert.Equal(Enumerable.Range(1, (int)version).Select(i => (long)i), records.Select(record => record.Version));
            }

            var all = await _store.ReadEverythingAsync(5_000, cancellation);
            Assert.Equal(_acknowledged.Values.Sum(), all.Count);
        }

        public async ValueTask DisposeAsync()
        {
            _stop = true;
            await _journal.DisposeAsync();
            _metrics.Dispose();
            await _store.DisposeAsync();
        }

        private async Task AppendAsync(string stream)
        {
            for (var version = 0L; !_stop; version += 2)
            {
                await _journal.AppendAsync(Appends.To(stream, version, events: 2));
                _acknowledged[stream] = version + 2;
                Interlocked.Increment(ref _appends);
            }
        }
    }
}
