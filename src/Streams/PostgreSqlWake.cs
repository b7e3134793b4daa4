using Granary.Journal;
using Npgsql;

namespace Granary.Streams;

/// <summary>
/// Connects the feeds of all processes with PostgreSQL's LISTEN and NOTIFY: it tells other processes that this one appended, and
/// this one that others did. Appends do not notify themselves: a busy silo notifies once per pause, after the commit, on a
/// separate connection. A lost notification delays the feed by at most its poll period. Each database of the journal has one of these.
/// </summary>
/// <param name="database">The number of the database.</param>
public sealed partial class PostgreSqlWake(
    NpgsqlDataSource dataSource, JournalFeed feed, TimeProvider clock, ILogger<PostgreSqlWake> logger, IJournal journal, int database = 0)
    : BackgroundService
{
    private const string Channel = "granary_journal";

    /// <summary>The payload that makes every silo nudge its consumers.</summary>
    private const string NudgePayload = "nudge";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan FaultDelay = TimeSpan.FromSeconds(1);

    private readonly string _self = Guid.NewGuid().ToString("N");
    private readonly WakeSignal _appended = new();

    /// <summary>Makes every silo nudge its consumers.</summary>
    public static async Task NudgeAllAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"NOTIFY {Channel}, '{NudgePayload}'");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var appends = journal.Databases[database];
        appends.Appended += _appended.Set;
        try
        {
            await Task.WhenAll(KeepAsync(ListenAsync, stoppingToken), KeepAsync(NotifyAsync, stoppingToken));
        }
        finally
        {
            appends.Appended -= _appended.Set;
        }
    }

    private async Task KeepAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                await work(connection, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException fault)
            {
                ConnectionLost(fault);
                await Task.Delay(FaultDelay, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        connection.Notification += (_, notification) =>
        {
            if (notification.Payload == NudgePayload)
            {
                feed.Nudge();
            }
            else if (notification.Payload != _self)
            {
                feed.Databases[database].Wake();
            }
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    private async Task NotifyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var notify = new NpgsqlCommand($"NOTIFY {Channel}, '{_self}'", connection);
        await notify.PrepareAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await _appended.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken))
            {
                await notify.ExecuteNonQueryAsync(cancellationToken);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection for wake-up notifications is lost; reconnecting.")]
    private partial void ConnectionLost(Exception fault);
}
