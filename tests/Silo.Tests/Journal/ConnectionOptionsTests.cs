using Granary.Journal.PostgreSql;
using Granary.Streams.Views;
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
    [InlineData("", null)]
    [InlineData(";Maximum Pool Size=3", 3)]
    [InlineData(";MaxPoolSize=100", 100)]
    [InlineData(";Minimum Pool Size=120", 120)]
    public async Task A_pool_opens_a_few_connections_for_each_processor_unless_the_connection_string_says_how_many(string said, int? size)
    {
        await using var servers = new PostgreSqlServers("Host=127.0.0.1;Username=nobody" + said);
        await using var pool = servers.Open();
        await using var views = new PostgreSqlViews(servers);

        Assert.Equal(size ?? Math.Clamp(4 * Environment.ProcessorCount, 10, 100), new NpgsqlConnectionStringBuilder(pool.ConnectionString).MaxPoolSize);
    }

    /// <summary>Every other server does; those of the tests do not.</summary>
    private static async Task CompileByDefaultAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"ALTER DATABASE {connection.Database} SET jit = on", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> ShowAsync(NpgsqlConnection connection, string setting)
    {
        await using var command = new NpgsqlCommand($"SHOW {setting}", connection);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
