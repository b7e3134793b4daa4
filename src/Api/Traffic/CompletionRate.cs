namespace Granary.Api.Traffic;

/// <summary>
/// How many requests per second complete while others wait for a turn: the capacity of the server, as opposed to the demand. Time
/// without waiting requests does not count. The past is forgotten exponentially, completions and time alike, so the estimate is a
/// plain quotient from the beginning; a pause of half a second changes it little, and it follows a lasting change after about two
/// seconds. Not thread-safe.
/// </summary>
public sealed class CompletionRate(TimeProvider clock)
{
    /// <summary>Work completes in bursts, one per group commit; a count over a shorter time is not meaningful.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The estimate is valid from this much measured time on. When very many requests arrive at once, reading them takes the time
    /// in which the first of them would be answered; no request may be shed because of that.
    /// </summary>
    public static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(2);

    private double _completions;
    private double _seconds;
    private long _since;
    private bool _counting;
    private TimeSpan _windowTime;
    private int _windowCompletions;

    /// <summary>Completions per second; 0 while nothing has been measured.</summary>
    public double PerSecond => _seconds == 0 ? 0 : _completions / _seconds;

    /// <summary>Starts measuring: a request waits.</summary>
    public void Resume()
    {
        _since = clock.GetTimestamp();
        _counting = true;
    }

    /// <summary>
    /// Stops measuring: no request waits any more. An unfinished window continues at the next <see cref="Resume"/>.
    /// </summary>
    public void Pause()
    {
        Advance();
        _counting = false;
    }

    /// <summary>Counts a completed request.</summary>
    public void Completed()
    {
        if (_counting)
        {
            _windowCompletions++;
            Advance();
        }
    }

    /// <summary>Accounts for the time that has passed, even if nothing was completed in it.</summary>
    public void Advance()
    {
        if (!_counting)
        {
            return;
        }

        var now = clock.GetTimestamp();
        _windowTime += clock.GetElapsedTime(_since, now);
        _since = now;
        if (_windowTime < Window)
        {
            return;
        }

        var kept = Math.Exp(-_windowTime / Memory);
        _completions = (_completions * kept) + _windowCompletions;
        _seconds = (_seconds * kept) + _windowTime.TotalSeconds;
        _windowTime = TimeSpan.Zero;
        _windowCompletions = 0;
    }

    /// <summary>
    /// How long this number of completions takes (Little's law: the requests ahead in the queue, divided by the throughput); null
    /// while less than <see cref="Enough"/> has been measured. At most a day.
    /// </summary>
    public TimeSpan? TimeFor(int completions)
    {
        if (_seconds < Enough.TotalSeconds)
        {
            return null;
        }

        var longest = TimeSpan.FromDays(1);
        return completions * _seconds < _completions * longest.TotalSeconds
            ? TimeSpan.FromSeconds(completions * _seconds / _completions)
            : longest;
    }
}
