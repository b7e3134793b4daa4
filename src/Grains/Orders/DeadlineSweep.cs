using Granary.Grains.Interfaces;
using Granary.Grains.Orders.Index;
using Granary.Streams.Views;

namespace Granary.Grains.Orders;

/// <summary>
/// Expires orders that were not paid in time. One silo at a time looks in the index for passed deadlines, once a second; another
/// silo takes over within seconds when that one is gone. The order itself decides: the index only names the orders to ask.
/// </summary>
public sealed partial class DeadlineSweep(
    OrderIndex index,
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

    private readonly Lease _lease = new(database, clock, "deadline-sweep", TimeSpan.FromSeconds(3));

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
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
                async (order, _) => await grains.Order(order.OrderId).Expire());

            // The index follows the journal with a delay: a query from the beginning would return the same orders again.
            from = due.Count > 0 ? due[^1].ExpiresAt : from;
            parallelism = Math.Min(2 * parallelism, MostParallelism);
        }
        while (due.Count == PageLength && await _lease.TryHoldAsync(cancellationToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search for overdue orders failed; it will be retried.")]
    private partial void SweepFailed(Exception fault);
}
