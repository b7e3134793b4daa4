using System.Collections.Concurrent;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Orders.Index;
using Granary.Journal;
using Granary.Streams;
using Granary.Streams.Views;

namespace Granary.Grains.Orders;

/// <summary>
/// Expires orders that were not paid in time. One silo at a time looks in the index for passed deadlines, once a second; another
/// silo takes over within seconds when that one is gone. The order itself decides: the index only names the orders to ask. While an
/// open transaction of the database server keeps new orders from the index, they are found in the journal.
/// </summary>
public sealed partial class DeadlineSweep(
    OrderIndex index,
    JournalStores stores,
    IJournal journal,
    JournalFeed feed,
    HeldBack heldBack,
    IViewDatabase database,
    IGrainFactory grains,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<DeadlineSweep> logger) : BackgroundService
{
    private const int PageLength = 512;

    // An expiry is a read and two commits, so the throughput depends on the concurrency. A low concurrency disturbs no other
    // work; if it is not enough, it doubles with each full page, up to what keeps up with clients that place orders and never
    // pay.
    private const int Parallelism = 16;
    private const int MostParallelism = 256;

    // At the end of a page the last calls run alone. A page has eight calls one after another, so that this takes little of its time.
    private const int PagePerParallelism = 8;

    /// <summary>Orders that wait here for their deadlines; further ones are read when some of these have expired.</summary>
    private const int MostUnindexed = 200_000;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Longer than a statement of the journal may take by default.</summary>
    private static readonly TimeSpan LongestAppend = TimeSpan.FromSeconds(15);

    private static readonly string Placed = OrderEvent.Codec.NameOf<OrderPlaced>();

    /// <summary>After this time a damaged order is tried again: its events may be repaired.</summary>
    private static readonly TimeSpan AskedAgain = TimeSpan.FromMinutes(5);

    private readonly Lease _lease = new(database, clock, "deadline-sweep", TimeSpan.FromSeconds(3));
    private readonly ConcurrentDictionary<string, long> _damaged = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, DateTimeOffset> _unindexed = new();
    private readonly Dictionary<int, Reading> _readings = [];
    private readonly ConcurrentDictionary<int, bool> _away = new();

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (await _lease.TryReleaseAsync(cancellationToken) is { } fault)
        {
            SweepFailed(fault);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await _lease.RunAsync(
                    async held =>
                    {
                        _away.Clear();
                        await SweepAsync(held);
                        await SweepHeldBackAsync(held);
                    },
                    stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // A database or a silo is unavailable; the next tick retries.
                SweepFailed(fault);
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(string OrderId, DateTimeOffset ExpiresAt)> due;
        IReadOnlyCollection<string> unanswered;
        var (from, parallelism, length) = (DateTimeOffset.UnixEpoch, Parallelism, 0);
        do
        {
            length = PagePerParallelism * parallelism;
            due = await index.DueAsync(from, clock.GetUtcNow(), length, cancellationToken);
            unanswered = await ExpireAsync(due.Select(order => order.OrderId), parallelism, cancellationToken);

            // The index follows the journal with a delay: a query from the beginning would return the same orders again.
            from = due.Count > 0 ? due[^1].ExpiresAt : from;
            parallelism = Math.Min(2 * parallelism, MostParallelism);
        }
        while (due.Count == length && unanswered.Count < due.Count);
    }

    /// <summary>
    /// Expires orders that the index cannot have yet. Every order placed since is read from the journal and waits here for its deadline,
    /// whatever the payment timeout was when it was placed. It is read a second time once every append has ended that may have
    /// taken an earlier position and committed later.
    /// </summary>
    private async Task SweepHeldBackAsync(CancellationToken cancellationToken)
    {
        for (var database = 0; database < stores.All.Count; database++)
        {
            if (heldBack.Of(database) is null)
            {
                _readings.Remove(database);
            }
            else
            {
                var number = database;
                await IfReachableAsync(number, () => ReadUnindexedAsync(number, cancellationToken));
            }
        }

        if (_readings.Count == 0)
        {
            _unindexed.Clear();
            return;
        }

        var (due, unanswered) = (new List<string>(), new List<string>());
        try
        {
            while (TakeUnindexed(due))
            {
                foreach (var streams in due.Distinct().GroupBy(DatabaseOf))
                {
                    var reached = await IfReachableAsync(
                        streams.Key, async () => unanswered.AddRange(await ExpireUnindexedAsync([.. streams], cancellationToken)));
                    unanswered.AddRange(reached ? [] : streams);
                }

                due.Clear();
            }
        }
        finally
        {
            // The next tick asks them again.
            _unindexed.EnqueueRange([.. due, .. unanswered], clock.GetUtcNow());
        }
    }

    /// <summary>Takes a page of the orders that are due.</summary>
    /// <returns>Whether there were any.</returns>
    private bool TakeUnindexed(List<string> due)
    {
        var now = clock.GetUtcNow();
        while (due.Count < PageLength && _unindexed.TryPeek(out var stream, out var deadline) && deadline <= now)
        {
            due.Add(_unindexed.Dequeue());
        }

        return due.Count > 0;
    }

    /// <summary>Expires the orders of these streams; one that was given more time meanwhile goes on waiting.</summary>
    /// <returns>The streams of the orders that did not answer.</returns>
    private async Task<IEnumerable<string>> ExpireUnindexedAsync(IReadOnlyCollection<string> streams, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var orders = await OrderHistory.ReadAsync(journal, streams, cancellationToken);
        foreach (var order in orders.Where(order => order.Deadline > now))
        {
            _unindexed.Enqueue(OrderState.StreamOf(order.Id), order.Deadline!.Value);
        }

        var overdue = orders.Where(order => order.Deadline <= now).Select(order => order.Id);
        return (await ExpireAsync(overdue, Parallelism, cancellationToken)).Select(OrderState.StreamOf);
    }

    /// <summary>Takes in the orders that a database of the journal has and the index cannot have.</summary>
    private async Task ReadUnindexedAsync(int database, CancellationToken cancellationToken)
    {
        var store = stores.All[database];
        if (!_readings.TryGetValue(database, out var reading))
        {
            var position = feed.Databases[database].Position;
            reading = new Reading(position, position, position, clock.GetTimestamp());
        }

        reading = reading with { Through = await ReadUnindexedAsync(store, reading.Through, long.MaxValue, cancellationToken) };
        if (clock.GetElapsedTime(reading.Since) > LongestAppend)
        {
            var twice = await ReadUnindexedAsync(store, reading.ReadTwiceThrough, reading.ThroughThen, cancellationToken);
            reading = new Reading(reading.Through, reading.Through, Math.Max(twice, reading.ReadTwiceThrough), clock.GetTimestamp());
        }

        _readings[database] = reading;
    }

    /// <summary>Takes in the orders that were placed after a position.</summary>
    /// <returns>Through which position it has read.</returns>
    private async Task<long> ReadUnindexedAsync(IJournalStore store, long after, long through, CancellationToken cancellationToken)
    {
        while (_unindexed.Count < MostUnindexed)
        {
            var placed = await store.ReadTypeAsync(Placed, after, PageLength, cancellationToken);
            foreach (var record in placed.TakeWhile(record => record.Position <= through))
            {
                _unindexed.Enqueue(record.Stream, DeadlineOf(record) ?? DateTimeOffset.MaxValue);
                after = record.Position;
            }

            if (placed.Count < PageLength || placed[^1].Position > through)
            {
                break;
            }
        }

        return after;
    }

    /// <summary>When an order is due; a damaged event does not stop those after it.</summary>
    private static DateTimeOffset? DeadlineOf(JournalRecord placed)
    {
        try
        {
            return Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(JournalStream.KeyOf(placed.Stream)), [placed]).Deadline;
        }
        catch (DamagedRecordException)
        {
            return DateTimeOffset.MinValue;
        }
    }

    /// <summary>Asks orders to expire. One that does not answer keeps no other from it.</summary>
    /// <returns>The orders that did not answer. The next tick asks them again.</returns>
    private async Task<IReadOnlyCollection<string>> ExpireAsync(
        IEnumerable<string> orders, int parallelism, CancellationToken cancellationToken)
    {
        var unanswered = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            orders.Where(order => !_damaged.TryGetValue(order, out var since) || clock.GetElapsedTime(since) > AskedAgain),
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            async (order, _) =>
            {
                if (!await IfReachableAsync(DatabaseOf(OrderState.StreamOf(order)), () => TryExpireAsync(order, unanswered)))
                {
                    unanswered.Enqueue(order);
                }
            });
        return unanswered;
    }

    private async Task TryExpireAsync(string order, ConcurrentQueue<string> unanswered)
    {
        try
        {
            await grains.Order(order).Expire();
        }
        catch (DamagedRecordException damaged)
        {
            // It cannot expire before its events are repaired.
            _damaged[order] = clock.GetTimestamp();
            CannotExpire(order, damaged);
        }
        catch (Exception fault) when (fault is not JournalUnavailableException)
        {
            unanswered.Enqueue(order);
            DidNotExpire(order, fault);
        }
    }

    /// <summary>Works on orders of one database; where there are several, those of the others expire while it is away.</summary>
    /// <returns>Whether the database was there.</returns>
    /// <exception cref="JournalUnavailableException">The only database is away.</exception>
    private async Task<bool> IfReachableAsync(int database, Func<Task> work)
    {
        if (_away.ContainsKey(database))
        {
            return false;
        }

        try
        {
            await work();
            return true;
        }
        catch (JournalUnavailableException fault) when (journal.Databases.Count > 1)
        {
            if (_away.TryAdd(database, true))
            {
                SweepFailed(fault);
            }

            return false;
        }
    }

    private int DatabaseOf(string stream) => journal.DatabaseOf(StreamNames.PartitionOf(stream, feed.Partitions));

    [LoggerMessage(Level = LogLevel.Error, Message = "Order {Order} cannot expire.")]
    private partial void CannotExpire(string order, Exception damage);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Order {Order} is overdue and could not expire; it will be tried again.")]
    private partial void DidNotExpire(string order, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search for overdue orders failed; it will be retried.")]
    private partial void SweepFailed(Exception fault);

    /// <summary>How far the journal is read while the index is held back, by position.</summary>
    /// <param name="Through">The end of what is read.</param>
    /// <param name="ThroughThen">The end at <paramref name="Since"/>.</param>
    /// <param name="ReadTwiceThrough">The end of what is read a second time.</param>
    /// <param name="Since">A timestamp.</param>
    private sealed record Reading(long Through, long ThroughThen, long ReadTwiceThrough, long Since);
}
