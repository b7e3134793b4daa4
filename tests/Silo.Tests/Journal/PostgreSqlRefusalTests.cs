using Granary.Grains.Interfaces;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

/// <summary>A server that answers and takes no writes: the store says so and needs no restart when the server takes them again.</summary>
public sealed class PostgreSqlRefusalTests(SharedPostgres postgres) : IAsyncLifetime
{
    private const string Role = "granary_app";

    private string _database = "";
    private NpgsqlDataSource _source = null!;
    private PostgreSqlJournal _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();

        // A superuser has connections beyond every limit.
        await ExecuteAsync(
            $"""
            DO $$ BEGIN CREATE ROLE {Role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
            ALTER DATABASE {Name} OWNER TO {Role};
            """);
        Open(TimeSpan.FromMilliseconds(200));
        await _store.InitializeAsync(Cancellation);
        Assert.All(await _store.AppendAsync(Appends.To("order/before", 0)), Assert.Null);
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"ALTER ROLE {Role} CONNECTION LIMIT -1");
        await _store.DisposeAsync();
        await _source.DisposeAsync();
    }

    private string Name => new NpgsqlConnectionStringBuilder(_database).Database!;

    [Fact]
    public async Task A_database_that_was_read_only_takes_writes_on_every_connection_again()
    {
        await RefusesAsync($"ALTER DATABASE {Name} SET default_transaction_read_only = on", PostgresErrorCodes.ReadOnlySqlTransaction);

        // The sessions opened meanwhile would stay read-only for as long as they live.
        await ExecuteAsync($"ALTER DATABASE {Name} RESET default_transaction_read_only");

        await TakesWritesAsync();
    }

    [Fact]
    public async Task Too_many_connections_end_by_themselves()
    {
        await RefusesAsync($"ALTER ROLE {Role} CONNECTION LIMIT 0", PostgresErrorCodes.TooManyConnections);
        await ExecuteAsync($"ALTER ROLE {Role} CONNECTION LIMIT -1");

        await TakesWritesAsync();
    }

    [Fact]
    public async Task A_full_disk_is_told_at_once_and_ends_by_itself()
    {
        // A store that repeats such an append keeps this test for an hour.
        await _store.DisposeAsync();
        await _source.DisposeAsync();
        Open(TimeSpan.FromHours(1));
        await ExecuteAsync(
            """
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON journal EXECUTE FUNCTION full_disk();
            """);

        await RefusesAsync(null, PostgresErrorCodes.DiskFull);
        await ExecuteAsync("DROP TRIGGER full_disk ON journal");

        await TakesWritesAsync();
    }

    [Fact]
    public async Task While_the_server_is_away_only_the_first_read_waits_for_it()
    {
        await _store.DisposeAsync();
        await _source.DisposeAsync();
        Open(TimeSpan.FromHours(1));
        await RefusesConnectionsAsync();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => _store.ReadStreamAsync("order/before", 0, Cancellation));
        for (var i = 0; i < 20; i++)
        {
            // Three seconds each would exceed the patience of the test.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await Assert.ThrowsAsync<JournalUnavailableException>(() => _store.ReadStreamAsync("order/before", 0, limit.Token));
        }

        await ExecuteAsync($"ALTER ROLE {Role} CONNECTION LIMIT -1");

        Assert.Single(await _store.ReadStreamAsync("order/before", 0, Cancellation));
    }

    private void Open(TimeSpan retryFor)
    {
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database) { Username = Role });
        _store = new PostgreSqlJournal(_source, new JournalStoreOptions { RetryFor = retryFor }, NullLogger<PostgreSqlJournal>.Instance);
    }

    private async Task RefusesConnectionsAsync()
    {
        await ExecuteAsync($"ALTER ROLE {Role} CONNECTION LIMIT 0");
        await CutSessionsAsync();
    }

    private Task CutSessionsAsync() => ExecuteAsync(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{Role}' AND datname = '{Name}'");

    /// <summary>Appends and trial writes fail for a reason.</summary>
    private async Task RefusesAsync(string? change, string state)
    {
        if (change is not null)
        {
            await ExecuteAsync(change);
            await CutSessionsAsync();
        }

        var refused = await Assert.ThrowsAsync<JournalUnavailableException>(() => _store.AppendAsync(Appends.To(Appends.NewStream(), 0)));
        Assert.Equal(state, Assert.IsType<PostgresException>(refused.InnerException).SqlState);
        var trial = await Assert.ThrowsAsync<JournalUnavailableException>(() => _store.TryWriteAsync(thorough: true, Cancellation));
        Assert.Equal(state, Assert.IsType<PostgresException>(trial.InnerException).SqlState);
    }

    private async Task TakesWritesAsync()
    {
        await Eventually.SucceedsAsync(
            async () =>
            {
                await _store.TryWriteAsync(thorough: true, Cancellation);
                return true;
            },
            fault => fault is JournalUnavailableException);
        Assert.All(await _store.AppendAsync(Appends.To("order/after", 0)), Assert.Null);
        Assert.Equal(["order/before", "order/after"], (await _store.ReadAsync(2, 10, Cancellation)).Select(record => record.Stream));
    }

    /// <summary>As the administrator, whose sessions write whatever the database's default is.</summary>
    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false;Options=-c default_transaction_read_only=off");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
