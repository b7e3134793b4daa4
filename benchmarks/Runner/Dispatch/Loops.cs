namespace Granary.Load.Dispatch;

/// <summary>Makes one visit.</summary>
/// <param name="worker">Number of the client that makes it, from 0.</param>
/// <param name="number">Number of the visit.</param>
/// <param name="intended">The intended start; null if the visit starts when the client is free.</param>
/// <param name="cancellation">Ends the visit.</param>
public delegate Task MakeVisit(int worker, long number, TimeSpan? intended, CancellationToken cancellation);

/// <summary>The two ways to send visits to a server: closed and open.</summary>
public static class Loops
{
    /// <summary>
    /// Closed: each client starts its next visit when its previous one has ended, until the deadline or its number of visits.
    /// </summary>
    public static Task ClosedAsync(ClosedProfile profile, IPaceClock clock, MakeVisit visit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(clock);
        var deadline = clock.Now + profile.Duration;
        var number = -1L;
        return Task.WhenAll(Enumerable.Range(0, profile.Clients).Select(worker => Task.Run(
            async () =>
            {
                for (var made = 0; made < (profile.VisitsPerClient ?? int.MaxValue); made++)
                {
                    if (clock.Now >= deadline || cancellation.IsCancellationRequested)
                    {
                        return;
                    }

                    await visit(worker, Interlocked.Increment(ref number), null, cancellation);
                }
            },
            CancellationToken.None)));
    }

    /// <summary>
    /// Open: arrivals are released on schedule, and a free worker takes each. When all workers wait for the server, arrivals
    /// wait in a queue; their time counts from the intended start, so that no waiting time is omitted.
    /// </summary>
    /// <param name="profile">The profile; its kind gives the schedule.</param>
    /// <param name="workers">Maximum number of concurrent visits.</param>
    /// <param name="patience">How long visits may continue after the last arrival before they are cancelled.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="visit">Makes a visit; called for each arrival, even after the patience has expired.</param>
    /// <param name="cancellation">Ends the run early.</param>
    public static async Task OpenAsync(
        LoadProfile profile, int workers, TimeSpan patience, IPaceClock clock, MakeVisit visit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var crew = new Crew(workers, (worker, arrival) => visit(worker, arrival.Number, arrival.Intended, end.Token));
        await Task.Factory.StartNew(
            () => Pacer.Run(ArrivalSchedule.Of(profile), clock.Now, clock, crew.Take, cancellation),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        end.CancelAfter(patience);
        await crew.FinishAsync();
    }
}
