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
    IJournalStore store,
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

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private static readonly string Placed = OrderEvent.Codec.NameOf<OrderPlaced>();

    private readonly Lease _lease = new(database, clock, "deadline-sweep", TimeSpan.FromSeconds(3));
    /// <summary>After this time a damaged order is tried again: its events may be repaired.</summary>
    private static readonly TimeSpan AskedAgain = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, long> _damaged = new(StringComparer.Ordinal);
    private long _heldBackThrough;

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
                if (await _lease.TryHoldAsync(stoppingToken))
                {
                    await SweepAsync(stoppingToken);
                    await SweepHeldBackAsync(stoppingToken);
                }
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
        var (from, parallelism) = (DateTimeOffset.UnixEpoch, Parallelism);
        do
        {
            due = await index.DueAsync(from, clock.GetUtcNow(), PageLength, cancellationToken);
            await ExpireAsync(due.Select(order => order.OrderId), parallelism, cancellationToken);

            // The index follows the journal with a delay: a query from the beginning would return the same orders again.
            from = due.Count > 0 ? due[^1].ExpiresAt : from;
            parallelism = Math.Min(2 * parallelism, MostParallelism);
        }
        while (due.Count == PageLength && await _lease.TryHoldAsync(cancellationToken));
    }

    /// <summary>
    /// Expires orders that the index cannot have yet. They are read in the order in which they were placed, which is that of their
    /// deadlines as long as the payment timeout stays the same, up to the first that is not due. An order that commits after later ones
    /// is not missed: appends end within seconds, and none of these orders is due before its payment timeout.
    /// </summary>
    private async Task SweepHeldBackAsync(CancellationToken cancellationToken)
    {
        if (heldBack.Current is null)
        {
            return;
        }

        // While no order is due, one row of the journal tells so.
        _heldBackThrough = Math.Max(_heldBackThrough, feed.Position);
        for (var limit = 1; ; limit = PageLength)
        {
            var now = clock.GetUtcNow();
            var placed = await store.ReadTypeAsync(Placed, _heldBackThrough, limit, cancellationToken);
            List<JournalRecord> due = [.. placed.TakeWhile(record => DeadlineOf(record) <= now)];
            if (due.Count == 0)
            {
                return;
            }

            var orders = await OrderHistory.ReadAsync(journal, [.. due.Select(record => record.Stream)], cancellationToken);
            await ExpireAsync(orders.Where(order => order.Deadline <= now).Select(order => order.Id), Parallelism, cancellationToken);
            _heldBackThrough = due[^1].Position;
            if (due.Count < limit || !await _lease.TryHoldAsync(cancellationToken))
            {
                return;
            }
        }
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

    private Task ExpireAsync(IEnumerable<string> orders, int parallelism, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        orders.Where(order => !_damaged.TryGetValue(order, out var since) || clock.GetElapsedTime(since) > AskedAgain),
        new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
        async (order, _) =>
        {
            try
            {
                await grains.Order(order).Expire();
            }
            catch (DamagedRecordException damaged)
            {
                // It cannot expire before its events are repaired. The others do.
                _damaged[order] = clock.GetTimestamp();
                CannotExpire(order, damaged);
            }
        });

    [LoggerMessage(Level = LogLevel.Error, Message = "Order {Order} cannot expire.")]
    private partial void CannotExpire(string order, Exception damage);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search for overdue orders failed; it will be retried.")]
    private partial void SweepFailed(Exception fault);
}
