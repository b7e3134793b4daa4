using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Granary.Journal;

/// <summary>What the journal tells about itself: <c>journal_append_duration_seconds</c> and <c>journal_batch_size</c>.</summary>
public sealed class JournalMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Journal";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batchSize;

    public JournalMetrics()
    {
        _duration = _meter.CreateHistogram<double>("journal_append_duration_seconds", "s", "Time of one group commit.");
        _batchSize = _meter.CreateHistogram<int>("journal_batch_size", "{append}", "Appends made durable by one commit.");
    }

    public void Dispose() => _meter.Dispose();

    internal static long Now() => Stopwatch.GetTimestamp();

    internal void Committed(int appends, long started)
    {
        _duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        _batchSize.Record(appends);
    }
}
