using Granary.Domain.Events;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Silo.Tests.Journal;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Reading;

/// <summary>What a snapshot of a standby shows, and when there is none.</summary>
public sealed class ReplicaSnapshotTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private PostgresServer _primary = null!;
    private PostgresServer _standby = null!;
    private PostgreSqlServers _servers = null!;
    private PostgreSqlJournal _store = null!;
    private NpgsqlDataSource _source = null!;
    private string _database = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _primary = await PostgresServer.StartAsync();
        _database = await _primary.CreateDatabaseAsync();
        _standby = await _primary.StartStandbyAsync(synchronous: false);
        _servers = new PostgreSqlServers(_primary.WithHost(_database, _standby));
        _source = _servers.Open();
        _store = new PostgreSqlJournal(_source, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance, _servers);
        await _store.InitializeAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _servers.DisposeAsync();
        await _standby.DisposeAsync();
        await _primary.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public async Task The_feed_of_a_standby_ends_before_a_transaction_that_is_open_at_the_primary(int subtransactions)
    {
        // From 64 subtransactions on, a standby knows of them no more than the transaction that they belong to.
        await using var slow = await _source.OpenConnectionAsync(Cancellation);
        await using var transaction = await slow.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(slow, "SELECT pg_current_xact_id()");
        for (var i = 1; i <= subtransactions; i++)
        {
            await ExecuteAsync(slow, "SAVEPOINT here");
            await InsertAsync(slow, $"order/part-{i}");
        }

        await InsertAsync(slow, "order/slow");
        Assert.Equal([null, null], await _store.AppendAsync(Appends.To("order/fast-1", 0), Appends.To("order/fast-2", 0)));
        await _primary.IsFollowedAsync(Cancellation);

        Assert.Empty(await StreamsAsync());
        await using (var snapshot = await OpenAsync())
        {
            // They are there, and are not passed on yet.
            Assert.Equal(2, (await snapshot.Journal.ReadStreamsAsync(["order/fast-1", "order/fast-2", "order/slow"], Cancellation)).Count);
        }

        await transaction.CommitAsync(Cancellation);
        await _primary.IsFollowedAsync(Cancellation);

        Assert.Equal(subtransactions + 3, (await StreamsAsync()).Count);
        Assert.Equal((await _store.ReadAllAsync(0, 1_000, Cancellation)).Select(record => record.Stream), await StreamsAsync());
    }

    [Fact]
    public async Task A_snapshot_stays_as_it_is_and_a_later_one_has_what_came_meanwhile()
    {
        Assert.Equal([null], await _store.AppendAsync(Appends.To("order/a", 0)));
        await _primary.IsFollowedAsync(Cancellation);
        await using var snapshot = await OpenAsync();
        Assert.Single(await snapshot.Journal.ReadStreamAsync("order/a", 0, Cancellation));

        Assert.Equal([null], await _store.AppendAsync(Appends.To("order/a", 1)));
        await _primary.IsFollowedAsync(Cancellation);

        Assert.Single(await snapshot.Journal.ReadStreamAsync("order/a", 0, Cancellation));
        await using var later = await OpenAsync();
        Assert.Equal(2, (await later.Journal.ReadStreamAsync("order/a", 0, Cancellation)).Count);
    }

    [Fact]
    public async Task Statements_are_not_compiled_at_a_standby_either()
    {
        await using var snapshot = await OpenAsync();

        var compiles = await snapshot.ReadAsync(
            async (connection, cancellation) =>
            {
                await using var command = new NpgsqlCommand("SHOW jit", connection);
                return (string)(await command.ExecuteScalarAsync(cancellation))!;
            },
            Cancellation);

        Assert.Equal("off", compiles);
    }

    [Fact]
    public async Task A_standby_without_writes_does_not_grow_old_and_one_that_lacks_a_write_does()
    {
        Assert.Equal([null], await _store.AppendAsync(Appends.To("order/a", 0)));
        await _primary.IsFollowedAsync(Cancellation);

        // Nothing is written for longer than an answer may be old.
        var age = TimeSpan.FromMilliseconds(500);
        var written = Environment.TickCount64;
        await Eventually.HoldsAsync(() => Environment.TickCount64 > written + 2 * age.TotalMilliseconds, "time passes", cancellation: Cancellation);
        await Eventually.HoldsAsync(
            async () =>
            {
                // On a busy machine the look itself may take too long.
                await _servers.LookAsync(Cancellation);
                await using var snapshot = (await _servers.Replicas.TryOpenAsync(age, Cancellation)).Snapshot;
                return snapshot is not null;
            },
            "the standby is new enough", cancellation: Cancellation);

        await _standby.QueryAsync("SELECT pg_wal_replay_pause()");
        Assert.Equal([null], await _store.AppendAsync(Appends.To("order/a", 1)));
        await Eventually.HoldsAsync(
            async () =>
            {
                await _servers.LookAsync(Cancellation);
                var (snapshot, reason) = await _servers.Replicas.TryOpenAsync(age, Cancellation);
                if (snapshot is not null)
                {
                    await snapshot.DisposeAsync();
                }

                return snapshot is null && reason == NoReplica.Stale;
            },
            "the standby is too old", cancellation: Cancellation);
    }

    [Fact]
    public async Task A_standby_that_was_promoted_is_no_replica_any_more()
    {
        Assert.Equal([null], await _store.AppendAsync(Appends.To("order/a", 0)));
        await _primary.IsFollowedAsync(Cancellation);
        await using (await OpenAsync())
        {
            // The session is kept in the pool.
        }

        await _primary.KillAsync();
        await _standby.PromoteAsync();

        var (snapshot, _) = await _servers.Replicas.TryOpenAsync(Long, Cancellation);
        Assert.Null(snapshot);
        await _servers.LookAsync(Cancellation);
        Assert.Equal((null, NoReplica.Away), await _servers.Replicas.TryOpenAsync(Long, Cancellation));
    }

    [Fact]
    public async Task A_standby_that_follows_an_earlier_timeline_is_not_read()
    {
        await using var second = await _primary.StartStandbyAsync(synchronous: false);
        Assert.Equal([null], await _store.AppendAsync(Appends.To("order/a", 0)));
        await _primary.IsFollowedAsync(Cancellation);
        await using var servers = new PostgreSqlServers(
            new NpgsqlConnectionStringBuilder(_database)
            {
                Host = $"127.0.0.1:{_primary.Port},127.0.0.1:{_standby.Port},127.0.0.1:{second.Port}",
            }.ConnectionString);
        await using (await OpenAsync(servers))
        {
            // Both standbys follow the primary.
        }

        await _primary.KillAsync();
        await _standby.PromoteAsync();

        await servers.LookAsync(Cancellation);

        Assert.Equal((null, NoReplica.Away), await servers.Replicas.TryOpenAsync(Long, Cancellation));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Inserts an event at a position of the transaction.</summary>
    private static Task InsertAsync(NpgsqlConnection connection, string stream) => ExecuteAsync(
        connection,
        $$"""
        INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
        SELECT ((pg_current_xact_id()::text::bigint + xid_offset) << 20) + (SELECT count(*) FROM journal WHERE batch = 1), '{{stream}}', 1, 'order.test', '{}', now(), 1
        FROM journal_epoch
        """);

    private Task<ReplicaSnapshot> OpenAsync() => OpenAsync(_servers);

    /// <summary>A snapshot, once a look has found a standby that has everything the primary had at that look, or an earlier one.</summary>
    private static async Task<ReplicaSnapshot> OpenAsync(PostgreSqlServers servers)
    {
        ReplicaSnapshot? snapshot = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                await servers.LookAsync(Cancellation);
                return (snapshot = (await servers.Replicas.TryOpenAsync(Long, Cancellation)).Snapshot) is not null;
            },
            "a standby can be read", cancellation: Cancellation);
        return snapshot!;
    }

    private async Task<IReadOnlyList<string>> StreamsAsync()
    {
        await using var snapshot = await OpenAsync();
        return [.. (await snapshot.Journal.ReadAllAsync(0, 1_000, Cancellation)).Select(record => record.Stream)];
    }
}
