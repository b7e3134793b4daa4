using System.Diagnostics;
using System.Globalization;

namespace Granary.Programs.Tests.Cluster;

/// <summary>Counts the outcomes of requests since its last start, over all customers.</summary>
internal sealed class Tally
{
    /// <summary>An answer that takes longer than this counts as slow.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<double> _milliseconds = [];
    private readonly List<string> _wrong = [];
    private readonly List<string> _phases = [];
    private long _begun = Stopwatch.GetTimestamp();
    private long _lastFailure;
    private long _lastTrouble;
    private TimeSpan _slowest;
    private int _served;
    private int _refused;
    private int _unavailable;
    private int _broken;

    /// <summary>Answers that no client may ever see, such as a 500.</summary>
    public IReadOnlyList<string> Wrong
    {
        get
        {
            lock (_lock)
            {
                return [.. _wrong];
            }
        }
    }

    /// <summary>Requests without a conclusive answer: a retryable 503 or a broken connection.</summary>
    public int Failures
    {
        get
        {
            lock (_lock)
            {
                return _unavailable + _broken;
            }
        }
    }

    /// <summary>Requests whose connection broke.</summary>
    public int Breaks
    {
        get
        {
            lock (_lock)
            {
                return _broken;
            }
        }
    }

    /// <summary>Restarts counting; wrong answers stay recorded.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            (_served, _refused, _unavailable, _broken, _lastFailure, _lastTrouble, _slowest) = (0, 0, 0, 0, 0, 0, TimeSpan.Zero);
            _milliseconds.Clear();
            _phases.Clear();
            _begun = Stopwatch.GetTimestamp();
        }
    }

    public void Served(TimeSpan time)
    {
        lock (_lock)
        {
            _served++;
            _milliseconds.Add(time.TotalMilliseconds);
            Took(time);
        }
    }

    public void Refused()
    {
        lock (_lock)
        {
            _refused++;
        }
    }

    public void Unavailable(TimeSpan time)
    {
        lock (_lock)
        {
            _unavailable++;
            _lastFailure = _lastTrouble = Stopwatch.GetTimestamp();
            Took(time);
        }
    }

    public void Broken(TimeSpan time)
    {
        lock (_lock)
        {
            _broken++;
            _lastFailure = _lastTrouble = Stopwatch.GetTimestamp();
            Took(time);
        }
    }

    public void IsWrong(string what)
    {
        lock (_lock)
        {
            _wrong.Add(what);
        }
    }

    /// <summary>Adds an event to the report.</summary>
    public void Note(string what)
    {
        lock (_lock)
        {
            _phases.Add(string.Create(CultureInfo.InvariantCulture, $"{what} after {Stopwatch.GetElapsedTime(_begun).TotalSeconds:F1} s"));
        }
    }

    /// <summary>Whether no request has failed for this time.</summary>
    public bool QuietFor(TimeSpan time)
    {
        lock (_lock)
        {
            return Stopwatch.GetElapsedTime(Math.Max(_lastFailure, _begun)) >= time;
        }
    }

    /// <summary>One line for the report of a run.</summary>
    public string Describe(string fault)
    {
        lock (_lock)
        {
            var failed = _unavailable + _broken;
            var answered = _served + _refused;
            var recovery = _lastTrouble == 0
                ? "no customer waited"
                : string.Create(CultureInfo.InvariantCulture, $"all well after {Stopwatch.GetElapsedTime(_begun, _lastTrouble).TotalSeconds:F1} s");
            _milliseconds.Sort();
            var p99 = _milliseconds.Count == 0 ? 0 : _milliseconds[(int)(_milliseconds.Count * 0.99)];
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{fault,-34} {100.0 * answered / Math.Max(1, answered + failed),6:F2} % of {answered + failed,5} answered ({_unavailable} × 503, {_broken} broken), {recovery}, p99 {p99:F0} ms, slowest {_slowest.TotalSeconds:F1} s{string.Concat(_phases.Select(phase => $"; {phase}"))}");
        }
    }

    private void Took(TimeSpan time)
    {
        _slowest = time > _slowest ? time : _slowest;
        if (time > Slow)
        {
            _lastTrouble = Stopwatch.GetTimestamp();
        }
    }
}
