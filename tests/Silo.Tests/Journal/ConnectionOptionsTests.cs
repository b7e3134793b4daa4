using Granary.Journal.PostgreSql;
using Granary.Streams.Views;
using Granary.Testing;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

/// <summary>What every connection to PostgreSQL is opened with.</summary>
public sealed class ConnectionOptionsTests(SharedPostgres postgres)
{
    [Theory]
    [InlineData(null, "off", "4MB")]
    [InlineData("-c work_mem=7MB", "off", "7MB")]
    [InlineData("-c work_mem=7MB -c jit=on", "on", "7MB")]
    public async Task Statements_are_not_compiled_unless_the_connection_string_says_so_and_its_options_hold_in_every_pool(
        string? options, string compiles, string memory)
    {
        var given = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync()) { Options = options };
        await CompileByDefaultAsync(given.ConnectionString);
        await using var servers = new PostgreSqlServers(given.ConnectionString);
        await using var views = new PostgreSqlViews(servers);
        await using var others = servers.Open();
        await using var other = await others.OpenConnectionAsync(TestContext.Current.CancellationToken);
        foreach (var (name, value) in new[] { ("jit", compiles), ("work_mem", memory) })
        {
            Assert.Equal(value, await ShowAsync(other, name));
            Assert.Equal(value, await views.ReadAsync((connection, _) => ShowAsync((NpgsqlConnection)connection, name), TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData(";Maximum Pool Size=3", 3, 3)]
    [InlineData(";MaxPoolSize=100", 100, null)]
    [InlineData(";Minimum Pool Size=120", 120, null)]
    public async Task A_pool_opens_a_few_connections_for_each_processor_unless_the_connection_string_says_how_many(string said, int? size, int? small)
    {
        await using var servers = new PostgreSqlServers("Host=127.0.0.1;Username=nobody" + said);
        await using var pool = servers.Open();

        // Npgsql refuses a pool whose minimum is more than its maximum.
        await using var other = servers.OpenSmall(static _ => { });

        Assert.Equal(size ?? Math.Clamp(4 * Environment.ProcessorCount, 10, 100), new NpgsqlConnectionStringBuilder(pool.ConnectionString).MaxPoolSize);
        Assert.Equal(small ?? Math.Clamp(2 * Environment.ProcessorCount, 4, 20), new NpgsqlConnectionStringBuilder(other.ConnectionString).MaxPoolSize);
    }

    /// <summary>As where commits wait for a synchronous standby that is away.</summary>
    [Fact]
    public async Task Reads_of_views_do_not_wait_for_writes_however_many_stand_still()
    {
        await using var servers = new PostgreSqlServers(await postgres.CreateDatabaseAsync());
        await using var views = new PostgreSqlViews(servers);
        await using var others = servers.Open();
        await using var holder = await others.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(holder, "SELECT pg_advisory_lock(1)");
        var writes = Enumerable.Range(0, 25).Select(_ => views.WriteAsync(
            (connection, _) => ExecuteAsync((NpgsqlConnection)connection, "SELECT pg_advisory_xact_lock(1)"), CancellationToken.None)).ToList();
        await Eventually.HoldsAsync(
            async () => await ReadAsync<bool>(holder, "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"),
            "writes stand still", cancellation: TestContext.Current.CancellationToken);

        Assert.Equal("off", await views.ReadAsync((connection, _) => ShowAsync((NpgsqlConnection)connection, "jit"), TestContext.Current.CancellationToken));

        Assert.All(writes, write => Assert.False(write.IsCompleted));
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock(1)");
        await Task.WhenAll(writes);
    }

    [Fact]
    public async Task A_session_that_refuses_to_write_ends_those_of_the_other_pools_too()
    {
        await using var servers = new PostgreSqlServers(await postgres.CreateDatabaseAsync());
        await using var journal = servers.Open();
        await using var snapshots = servers.OpenSmall(static _ => { });
        await WithAsync(journal, connection => ExecuteAsync(connection, $"ALTER DATABASE {connection.Database} SET default_transaction_read_only = on"));
        servers.ClearIfReadOnly(new PostgresException("", "", "", PostgresErrorCodes.ReadOnlySqlTransaction));
        Assert.Equal("on", await WithAsync(snapshots, connection => ShowAsync(connection, "default_transaction_read_only")));
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => WithAsync(journal, connection => ExecuteAsync(connection, "CREATE TABLE a ()")));
        await WithAsync(journal, async connection =>
        {
            await ExecuteAsync(connection, "SET default_transaction_read_only = off");
            return await ExecuteAsync(connection, $"ALTER DATABASE {connection.Database} RESET default_transaction_read_only");
        });

        servers.ClearIfReadOnly(refusal);

        Assert.Equal("off", await WithAsync(snapshots, connection => ShowAsync(connection, "default_transaction_read_only")));
    }

    private static async Task<T> WithAsync<T>(NpgsqlDataSource pool, Func<NpgsqlConnection, Task<T>> work)
    {
        await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await work(connection);
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Every other server does; those of the tests do not.</summary>
    private static async Task CompileByDefaultAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(connection, $"ALTER DATABASE {connection.Database} SET jit = on");
    }

    private static Task<string> ShowAsync(NpgsqlConnection connection, string setting) => ReadAsync<string>(connection, $"SHOW {setting}");

    private static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
