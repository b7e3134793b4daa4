namespace Granary.Domain.Webhooks;

/// <summary>
/// When a message is sent again that was not taken: after 5 s, then after twice the time before, up to 4 h, for 3 days; later if
/// the receiver asks for a longer wait. Up to half of each wait is left to chance, so that receivers that fail together are not called together when they recover
/// ("equal jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
/// </summary>
public static class RetrySchedule
{
    /// <summary>The wait after the first attempt.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(4);

    /// <summary>How long after the first attempt a message is given up.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(3);

    /// <summary>The part of a wait that a receiver asked for that is granted: a mistake in its header must not stop its messages.</summary>
    public static TimeSpan Bounded(TimeSpan asked) => asked < LongestWait ? asked : LongestWait;

    /// <summary>The time of the next attempt, or null when the message is given up.</summary>
    /// <param name="firstAttempt">When the first attempt was made.</param>
    /// <param name="attempts">Attempts so far, at least 1.</param>
    /// <param name="now">When the last attempt failed.</param>
    /// <param name="chance">A random number from 0 to 1.</param>
    /// <param name="asked">The wait that the receiver asked for, if it did.</param>
    public static DateTimeOffset? Next(
        DateTimeOffset firstAttempt, int attempts, DateTimeOffset now, double chance, TimeSpan? asked = null)
    {
        // Beyond thirty doublings the bound holds anyway.
        var doubled = FirstWait * Math.Pow(2, Math.Min(attempts - 1, 30));
        var wait = (doubled < LongestWait ? doubled : LongestWait) * (0.5 + (chance / 2));
        var next = now + (asked > wait ? Bounded(asked.Value) : wait);
        return next <= firstAttempt + GiveUpAfter ? next : null;
    }
}
