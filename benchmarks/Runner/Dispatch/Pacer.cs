namespace Granary.Load.Dispatch;

/// <summary>One visit that is due.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Intended">Its intended start, on the pace clock.</param>
public readonly record struct Arrival(long Number, TimeSpan Intended);

/// <summary>Releases arrivals at their intended starts. An arrival that is released late keeps its intended start.</summary>
public static class Pacer
{
    /// <summary>Blocks until all arrivals have been released or the run is cancelled.</summary>
    /// <param name="schedule">Offsets from <paramref name="start"/>, ascending.</param>
    /// <param name="start">Start of the run on the clock.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="release">Takes an arrival; must not block.</param>
    /// <param name="cancellation">Ends the release early.</param>
    public static void Run(
        IEnumerable<TimeSpan> schedule, TimeSpan start, IPaceClock clock, Action<Arrival> release, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(release);
        var number = 0L;
        foreach (var offset in schedule)
        {
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            var intended = start + offset;
            clock.WaitUntil(intended);
            release(new(number++, intended));
        }
    }
}
