using HdrHistogram;

namespace Granary.Load.Measurement;

/// <summary>The figures of one step in one second.</summary>
/// <param name="Second">Seconds since the measurement began, at the end of the interval.</param>
/// <param name="PerSecond">Calls answered per second.</param>
/// <param name="FailedPerSecond">Calls failed per second.</param>
/// <param name="P50Ms">Median response time, ms.</param>
/// <param name="P99Ms">99th percentile of the response time, ms.</param>
public sealed record IntervalSample(double Second, double PerSecond, double FailedPerSecond, double P50Ms, double P99Ms);

/// <summary>
/// Records one step: response times from the intended start, service times from the actual start, verdicts and
/// statuses. Histograms hold microseconds up to five minutes with three significant digits.
/// </summary>
public sealed class StepRecorder
{
    private const long HighestMicroseconds = 300_000_000;
    private readonly Lock _lock = new();
    private readonly LongHistogram _response = NewHistogram();
    private readonly LongHistogram _service = NewHistogram();
    private readonly LongHistogram _interval = NewHistogram();
    private readonly Dictionary<int, long> _statuses = [];
    private readonly List<IntervalSample> _samples = [];
    private long _intervalFailed;
    private StepTally _measured;
    private StepTally _all;

    /// <summary>Records one call.</summary>
    /// <param name="response">From the intended start to the end.</param>
    /// <param name="service">From the actual start to the end.</param>
    /// <param name="verdict">How it went.</param>
    /// <param name="status">HTTP status, 0 for none.</param>
    /// <param name="measured">False during the warm-up, which counts only in <see cref="Tally"/>.</param>
    public void Record(TimeSpan response, TimeSpan service, Verdict verdict, int status, bool measured)
    {
        lock (_lock)
        {
            _all = Add(_all, verdict);
            if (!measured)
            {
                return;
            }

            _measured = Add(_measured, verdict);
            _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
            _response.RecordValue(Microseconds(response));
            _service.RecordValue(Microseconds(service));
            _interval.RecordValue(Microseconds(response));
            _intervalFailed += verdict is Verdict.Failed ? 1 : 0;
        }
    }

    /// <summary>Closes the current interval of the charts.</summary>
    public void Sample(double second, double length)
    {
        lock (_lock)
        {
            _samples.Add(new(
                second, (_interval.TotalCount - _intervalFailed) / length, _intervalFailed / length, LatencyReport.At(_interval, 50),
                LatencyReport.At(_interval, 99)));
            _interval.Reset();
            _intervalFailed = 0;
        }
    }

    /// <summary>Calls so far, including the warm-up.</summary>
    public StepTally Tally
    {
        get
        {
            lock (_lock)
            {
                return _all;
            }
        }
    }

    /// <summary>The latest interval, or null before the first.</summary>
    public IntervalSample? Latest
    {
        get
        {
            lock (_lock)
            {
                return _samples.Count == 0 ? null : _samples[^1];
            }
        }
    }

    /// <summary>The figures of the measurement.</summary>
    /// <param name="name">The step's name.</param>
    /// <param name="duration">Length of the measurement.</param>
    public StepReport Report(string name, TimeSpan duration)
    {
        lock (_lock)
        {
            return new(
                name, _measured, (_measured.Succeeded + _measured.Refused) / duration.TotalSeconds, LatencyReport.Of(_response),
                LatencyReport.Of(_service), new SortedDictionary<int, long>(_statuses), [.. _samples]);
        }
    }

    private static LongHistogram NewHistogram() => new(1, HighestMicroseconds, 3);

    private static long Microseconds(TimeSpan time) => Math.Clamp((long)time.TotalMicroseconds, 1, HighestMicroseconds);

    private static StepTally Add(StepTally tally, Verdict verdict) => verdict switch
    {
        Verdict.Succeeded => tally with { Succeeded = tally.Succeeded + 1 },
        Verdict.Refused => tally with { Refused = tally.Refused + 1 },
        _ => tally with { Failed = tally.Failed + 1 },
    };
}
