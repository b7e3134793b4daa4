using Granary.Journal;
using Granary.Journal.PostgreSql;
using Npgsql;

namespace Granary.Streams;

/// <summary>
/// Looks once a second whether an open transaction holds back events that the feed waits for, and ends its session after
/// <see cref="JournalStoreOptions.EndTransactionsAfter"/> if that is set. Any transaction of the server that has written and stays open
/// delays the streams: lists, webhooks, event streams. Each database of the journal has one of these.
/// </summary>
/// <param name="database">The number of the database.</param>
public sealed partial class HeldBackWatch(
    NpgsqlDataSource dataSource, JournalFeed feed, HeldBack heldBack, JournalStoreOptions options, TimeProvider clock, ILogger<HeldBackWatch> logger,
    int database = 0)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // The transaction that was to be ended last: what became of it is told once.
    private uint _told;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await feed.Databases[database].StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The server is unavailable; the next tick tries again.
                LookFailed(fault);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var before = heldBack.Of(database);
        var now = await HeldBackEvents.FindAsync(dataSource, feed.Databases[database].Position, cancellationToken);
        heldBack.Set(database, now);
        if (now is null)
        {
            if (before is not null)
            {
                Released();
            }

            return;
        }

        if (before?.Transaction.Xid != now.Transaction.Xid)
        {
            Holds(now.Transaction);
        }

        if (options.EndTransactionsAfter > TimeSpan.Zero && now.Transaction.Age >= options.EndTransactionsAfter)
        {
            await EndAsync(now.Transaction, cancellationToken);
        }
    }

    private async Task EndAsync(OpenTransaction transaction, CancellationToken cancellationToken)
    {
        var isNew = _told != transaction.Xid;
        try
        {
            if (await transaction.EndAsync(dataSource, cancellationToken) && isNew)
            {
                Ended(transaction, options.EndTransactionsAfter);
            }
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            if (isNew)
            {
                MayNotEnd(transaction, fault.MessageText);
            }
        }

        _told = transaction.Xid;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lists, webhooks and event streams wait for {Transaction}; docs/operations.md says what to do.")]
    private partial void Holds(OpenTransaction transaction);

    [LoggerMessage(Level = LogLevel.Information, Message = "No open transaction holds back the streams any more.")]
    private partial void Released();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ended {Transaction}: Granary:Journal:EndTransactionsAfter is {Limit}.")]
    private partial void Ended(OpenTransaction transaction, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "This role may not end {Transaction}, although Granary:Journal:EndTransactionsAfter is set: {Reason}")]
    private partial void MayNotEnd(OpenTransaction transaction, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search for open transactions failed; it will be retried.")]
    private partial void LookFailed(Exception fault);
}
