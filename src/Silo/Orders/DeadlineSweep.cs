using System.Data.Common;
using Granary.Views;

namespace Granary.Orders;

/// <summary>
/// Expires orders that were not paid in time. One silo at a time looks into the index for deadlines that have passed, once a
/// second; another takes over within seconds when it is gone. The order itself decides: the index only says whom to ask.
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

    // An expiry is a read and two commits, so its speed is how many are under way. Few disturb nobody; where they do not suffice,
    // twice as many for each page that comes full, up to what keeps up with as many clients as place orders that nobody pays.
    private const int Parallelism = 16;
    private const int MostParallelism = 256;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lease _lease = new(database, clock, "deadline-sweep", TimeSpan.FromSeconds(3));

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await _lease.ReleaseAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is DbException or OperationCanceledException)
        {
            // The database is away, or there is no time left to stop in. Then it runs out by itself.
            SweepFailed(fault);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
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
                // A database or a silo that is away; the next tick tries again.
                SweepFailed(fault);
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> due;
        var parallelism = Parallelism;
        do
        {
            due = await index.DueAsync(clock.GetUtcNow(), PageLength, cancellationToken);
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
                async (order, _) => await grains.Order(order).Expire());
            parallelism = Math.Min(2 * parallelism, MostParallelism);
        }
        while (due.Count == PageLength && await _lease.TryHoldAsync(cancellationToken));
    }

    /// <summary>Until the host has started there are no grains to call.</summary>
    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for overdue orders failed; it is tried again.")]
    private partial void SweepFailed(Exception fault);
}
