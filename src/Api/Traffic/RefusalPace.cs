namespace Granary.Api.Traffic;

/// <summary>
/// How many requests are refused per second: up to twice as many as are completed, so at three times the capacity refusals are
/// immediate. Refusals beyond that are delayed to this pace; otherwise callers that repeat at once and ignore <c>Retry-After</c>
/// would take the time that the work needs. While they wait for their refusal they cannot repeat. The form is the generic cell
/// rate algorithm (ITU-T I.371): it keeps one instant, that of the next refusal. Not thread-safe.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="longest">The longest delay of a refusal, to begin with.</param>
public sealed class RefusalPace(TimeProvider clock, TimeSpan longest)
{
    private const double PerCompletion = 2;

    /// <summary>Refusals per second that are affordable whatever the completion rate is, and while it is unknown.</summary>
    private const double AtLeast = 1_000;

    /// <summary>Refusals that were not used in this time may be given at once.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(500);

    private readonly long _origin = clock.GetTimestamp();
    private TimeSpan _next;

    /// <summary>The longest delay of a refusal.</summary>
    public TimeSpan Longest { get; set; } = longest;

    /// <summary>How long to delay the refusal of one more request.</summary>
    /// <param name="completedPerSecond">The rate at which requests are completed.</param>
    public TimeSpan Next(double completedPerSecond)
    {
        var now = clock.GetElapsedTime(_origin);
        var each = TimeSpan.FromSeconds(1 / Math.Max(AtLeast, PerCompletion * completedPerSecond));
        var due = _next > now - Burst ? _next : now - Burst;
        _next = due + each < now + Longest ? due + each : now + Longest;
        return due > now ? due - now : TimeSpan.Zero;
    }
}
