namespace Granary.Api.Traffic;

/// <summary>
/// How many requests a second leave while others wait for their turn: what the server can do, as opposed to what is asked of
/// it. Time in which nobody waits does not count. The past is forgotten exponentially, completions and time alike, so that the
/// estimate is a plain quotient from the beginning; a pause of half a second moves it little, a change is believed
/// after some two seconds. Not safe for use by several threads at once.
/// </summary>
public sealed class CompletionRate(TimeProvider clock)
{
    /// <summary>Work comes back in bursts, one for each group commit; what is counted over less says little.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Measured time from which on the estimate counts. When very many come at once, reading their requests takes the time in which
    /// the first of them would be answered; nobody shall be shed for that.
    /// </summary>
    public static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(2);

    private double _completions;
    private double _seconds;
    private long _since;
    private bool _counting;
    private TimeSpan _windowTime;
    private int _windowCompletions;

    /// <summary>Completions a second; 0 while nothing has been measured.</summary>
    public double PerSecond => _seconds == 0 ? 0 : _completions / _seconds;

    /// <summary>Somebody waits from now on.</summary>
    public void Resume()
    {
        _since = clock.GetTimestamp();
        _counting = true;
    }

    /// <summary>Nobody waits any more. An unfinished window goes on at the next <see cref="Resume"/>.</summary>
    public void Pause()
    {
        Advance();
        _counting = false;
    }

    /// <summary>A request is done.</summary>
    public void Completed()
    {
        if (_counting)
        {
            _windowCompletions++;
            Advance();
        }
    }

    /// <summary>Takes note of the time that has passed, even if nothing was completed in it.</summary>
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
    /// How long so many completions take (Little's law: those ahead in the queue, divided by the throughput); null while less than
    /// <see cref="Enough"/> has been measured. Longer than a day is given as a day.
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
