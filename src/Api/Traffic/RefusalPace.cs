namespace Granary.Api.Traffic;

/// <summary>
/// How many requests are refused a second: up to twice as many as are completed, so that three times the capacity is refused at
/// once. What comes beyond that is refused at this pace, as callers who repeat at once and heed no <c>Retry-After</c> would
/// otherwise take the time that the work needs; while they wait for their refusal they cannot repeat. The form is the generic
/// cell rate algorithm (ITU-T I.371): one moment is kept, that of the next refusal. Not safe for use by several threads at once.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="longest">No refusal is held longer.</param>
public sealed class RefusalPace(TimeProvider clock, TimeSpan longest)
{
    private const double PerCompletion = 2;

    /// <summary>Refusals a second that are affordable whatever is completed, and while that is not known.</summary>
    private const double AtLeast = 1_000;

    /// <summary>Refusals that nobody needed in this time may be given at once.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(500);

    private readonly long _origin = clock.GetTimestamp();
    private TimeSpan _next;

    /// <summary>How long to hold the refusal of one more request.</summary>
    /// <param name="completedPerSecond">The rate at which requests are completed.</param>
    public TimeSpan Next(double completedPerSecond)
    {
        var now = clock.GetElapsedTime(_origin);
        var each = TimeSpan.FromSeconds(1 / Math.Max(AtLeast, PerCompletion * completedPerSecond));
        var due = _next > now - Burst ? _next : now - Burst;
        _next = due + each < now + longest ? due + each : now + longest;
        return due > now ? due - now : TimeSpan.Zero;
    }
}
