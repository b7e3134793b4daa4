using System.Collections.Concurrent;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Silo.Tests.Clustering;

/// <summary>A process waits for its servers and says so; what no waiting mends, it says and ends.</summary>
public sealed class ServersAtStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_that_are_away_are_waited_for()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        var log = new Messages();
        var database = await postgres.CreateDatabaseAsync();
        await using var hosts = new PostgreSqlServers(database);
        var servers = new ServersAtStart(Settings(database, redis.ConnectionString), TimeProvider.System, log, Of(hosts));
        await postgres.StopAsync();
        await redis.StopAsync();

        var start = servers.StartAsync(Cancellation);

        await Eventually.HoldsAsync(() => log.Has("Waiting for PostgreSQL: "), "it says what it waits for", cancellation: Cancellation);
        Assert.False(start.IsCompleted);
        await postgres.RestartAsync(immediate: false);
        await Eventually.HoldsAsync(() => log.Has("Waiting for Redis: "), "it says what it waits for", cancellation: Cancellation);
        Assert.False(start.IsCompleted);
        await redis.RestartAsync();
        await start;
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_not_waited_for()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var database = new Npgsql.NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync()) { Database = "nowhere" };
        await using var hosts = new PostgreSqlServers(database.ConnectionString);
        var servers = new ServersAtStart(Settings(database.ConnectionString, "none"), TimeProvider.System, new Messages(), Of(hosts));

        var problem = await Assert.ThrowsAsync<CannotStartException>(() => servers.StartAsync(Cancellation));

        Assert.Equal(ExitCodes.Unavailable, problem.ExitCode);
        Assert.Contains("nowhere", problem.Message, StringComparison.Ordinal);
    }

    private static JournalDatabases Of(PostgreSqlServers servers)
    {
        var source = servers.Open();
        var store = new PostgreSqlJournal(source, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance, servers);
        return new JournalDatabases([new JournalDatabase(0, servers, source, store)], new JournalPartitions(1, static (_, _) => 0));
    }

    private static PlatformSettings Settings(string database, string redis) => PlatformSettings.From(new SettingsReader(
        new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Granary:Storage", "PostgreSql"), new("ConnectionStrings:Granary", database),
            new("Granary:Clustering", "Redis"), new("ConnectionStrings:Redis", redis), new("Granary:Silo:Tls:Mode", "Off"),
        ]).Build()));

    private sealed class Messages : ILogger<ServersAtStart>
    {
        private readonly ConcurrentQueue<string> _messages = new();

        public bool Has(string start) => _messages.Any(message => message.StartsWith(start, StringComparison.Ordinal));

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _messages.Enqueue(formatter(state, exception));
    }
}
