using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Granary.Journal;

/// <summary>
/// The journal's metrics: <c>journal_append_duration_seconds</c> and <c>journal_batch_size</c>, with the label <c>database</c> where there
/// are several.
/// </summary>
public sealed class JournalMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Journal";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    };

    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000] };

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batchSize;

    public JournalMetrics()
    {
        _duration = _meter.CreateHistogram("journal_append_duration_seconds", "s", "Time of one group commit.", advice: Durations);
        _batchSize = _meter.CreateHistogram("journal_batch_size", "{append}", "Appends made durable by one commit.", advice: Sizes);
    }

    public void Dispose() => _meter.Dispose();

    internal static long Now() => Stopwatch.GetTimestamp();

    internal void Committed(int appends, long started, int? database)
    {
        var tags = database is { } number ? new TagList { { "database", number } } : default;
        _duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
        _batchSize.Record(appends, tags);
    }
}
