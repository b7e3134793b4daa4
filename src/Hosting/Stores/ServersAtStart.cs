using System.Net.Sockets;
using Granary.Hosting.Settings;
using Granary.Journal.PostgreSql;
using Npgsql;
using StackExchange.Redis;

namespace Granary.Hosting.Stores;

/// <summary>
/// Waits for PostgreSQL and Redis before anything needs them: they may be started together with this process, or be away for a while.
/// It waits for as long as it takes, and says so.
/// </summary>
internal sealed partial class ServersAtStart(
    PlatformSettings settings, TimeProvider clock, ILogger<ServersAtStart> log, JournalDatabases? databases = null) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Waits between two messages, in pauses.</summary>
    private const int Quiet = 10;

    /// <exception cref="CannotStartException">The server refuses, and would refuse later, too.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var database in databases?.All ?? [])
        {
            var servers = database.Servers;
            await using var source = servers.Open(static settings => settings.Pooling = false);
            await UntilReachedAsync(
                database.Number == 0 ? "PostgreSQL" : $"PostgreSQL, database {database.Number}", token => ReachAsync(servers, source, token), cancellationToken, database);
        }

        if (settings.Redis is { } redis)
        {
            await UntilReachedAsync("Redis", _ => ReachRedisAsync(redis), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task UntilReachedAsync(
        string server, Func<CancellationToken, Task> reach, CancellationToken cancellationToken, JournalDatabase? database = null)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await reach(cancellationToken);
                return;
            }
            catch (PostgresException refusal) when (refusal.SqlState is PostgresErrorCodes.InvalidCatalogName || refusal.SqlState.StartsWith("28", StringComparison.Ordinal))
            {
                throw new CannotStartException(ExitCodes.Unavailable, $"PostgreSQL refuses {KeyOf(database)}: {refusal.MessageText}", refusal);
            }
            catch (Exception fault) when (fault is NpgsqlException or RedisException or SocketException or IOException or TimeoutException)
            {
                if (attempt % Quiet == 0)
                {
                    Waiting(server, database?.Servers.Fence.ReasonOf(fault) ?? fault.Message);
                }
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private static string KeyOf(JournalDatabase? database) =>
        database is { Number: > 0 and var number } ? $"{SettingKeys.Databases}:{number}" : SettingKeys.Database.Name;

    private static async Task ReachAsync(PostgreSqlServers servers, NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        // Every host first, so that an old primary is not taken for the only one.
        if (servers.OnlyReads(await servers.LookAsync(cancellationToken)))
        {
            // No server answered when it began. It would wait here for ever for a primary of its site.
            throw new CannotStartException(ExitCodes.Unavailable, $"Site {servers.Site!.Name} takes no writes. Started again, this process reads.");
        }

        await using var connection = await source.OpenConnectionAsync(cancellationToken);
    }

    private static async Task ReachRedisAsync(string redis)
    {
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = true;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await connection.GetDatabase().PingAsync();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for {Server}: {Fault}")]
    private partial void Waiting(string server, string fault);
}
