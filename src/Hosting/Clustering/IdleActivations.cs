using System.Collections.Concurrent;
using Granary.Grains.Orders;

namespace Granary.Hosting.Clustering;

/// <summary>
/// Ends activations that nobody has called for a while, measured by the monotonic clock. Orleans' own collector computes with the
/// wall clock: when that clock is set back by more than the shortest idle age, the collector refuses every new activation until the
/// time lost has passed again (<c>ActivationCollector.MakeTicketFromDateTime</c>, Orleans 10.4). It is therefore given an age that no
/// step of a clock reaches (<see cref="Never"/>), and this class takes its place. Orleans reports an activation as evicted from its
/// working set after 10 to 20 s without a call, also by the monotonic clock.
/// </summary>
internal sealed partial class IdleActivations(TimeProvider clock, ILogger<IdleActivations> logger)
    : BackgroundService, IActivationWorkingSetObserver
{
    /// <summary>The idle age that Orleans' collector gets.</summary>
    public static readonly TimeSpan Never = TimeSpan.FromDays(3650);

    /// <summary>
    /// How long a stock item, a user or another grain stays in memory after Orleans has reported it as idle. An order goes at once: at
    /// thousands of requests a second, minutes would need gigabytes, and an order that is called again reads its few events.
    /// </summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>How long one deactivation may hold up the others: it goes on by itself afterwards.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private static readonly DeactivationReason Idle = new(DeactivationReasonCode.ActivationIdle, "No call for a while.");

    // Idle activations, with the timestamps at which they became idle.
    private readonly ConcurrentDictionary<IGrainContext, long> _idle = new();

    /// <inheritdoc/>
    public void OnEvicted(IActivationWorkingSetMember member)
    {
        if (member is IGrainContext activation)
        {
            _idle.TryAdd(activation, clock.GetTimestamp());
        }
    }

    /// <inheritdoc/>
    public void OnAdded(IActivationWorkingSetMember member) => Forget(member);

    /// <inheritdoc/>
    public void OnActive(IActivationWorkingSetMember member) => Forget(member);

    /// <inheritdoc/>
    public void OnDeactivated(IActivationWorkingSetMember member) => Forget(member);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount * 512, CancellationToken = stoppingToken };
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Parallel.ForEachAsync(_idle.Where(entry => IsDue(entry.Key, entry.Value)), limits, DeactivateAsync);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                CollectionFailed(fault);
            }
        }
    }

    private bool IsDue(IGrainContext activation, long since) =>
        activation.GrainInstance is OrderGrain || clock.GetElapsedTime(since) >= Kept;

    private async ValueTask DeactivateAsync(KeyValuePair<IGrainContext, long> idle, CancellationToken cancellationToken)
    {
        // One that was called again meanwhile is no longer here.
        if (!_idle.TryRemove(idle))
        {
            return;
        }

        // Not cancelled with this loop: an activation that has begun to end must finish what it has decided.
        idle.Key.Deactivate(Idle, CancellationToken.None);
        try
        {
            await idle.Key.Deactivated.WaitAsync(LongestWait, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            DeactivationIsSlow(idle.Key.GrainId, LongestWait);
        }
    }

    private void Forget(IActivationWorkingSetMember member)
    {
        if (member is IGrainContext activation)
        {
            _idle.TryRemove(activation, out _);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} has not ended within {Time}; it goes on ending by itself.")]
    private partial void DeactivationIsSlow(GrainId grain, TimeSpan time);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Idle grains could not be deactivated; it will be tried again.")]
    private partial void CollectionFailed(Exception fault);
}
