using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Granary.Domain.Events;

namespace Granary.Streams;

/// <summary>
/// The metrics of the streams: <c>stream_lag_seconds{consumer}</c> (the age of the newest event that the slowest partition of a
/// consumer has processed, while there are newer ones, or of the first event that an open transaction holds back, if that is older),
/// <c>stream_held_back_seconds{session,application,database}</c> (that transaction; 0 without labels if there is none),
/// <c>stream_events_total</c> and <c>stream_dead_letters_total</c>.
/// </summary>
public sealed class StreamMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Streams";

    private readonly Meter _meter;
    private readonly Counter<long> _events;
    private readonly Counter<long> _deadLetters;
    private readonly TimeProvider _clock;
    private readonly HeldBack _heldBack;
    private readonly ConcurrentDictionary<(string Consumer, int Partition), Progress> _progress = new();
    private readonly ConcurrentDictionary<(string Namespace, int Partition), long> _newest = new();

    public StreamMetrics(TimeProvider clock, HeldBack heldBack)
    {
        _clock = clock;
        _heldBack = heldBack;
        _meter = new Meter(MeterName, version: null, tags: null, scope: this);
        _events = _meter.CreateCounter<long>("stream_events_total", "{event}", "Events that consumers have processed.");
        _deadLetters = _meter.CreateCounter<long>("stream_dead_letters_total", "{event}", "Events that consumers have set aside.");
        _meter.CreateObservableGauge("stream_lag_seconds", ObserveLag, "s", "How far consumers are behind the journal.");
        _meter.CreateObservableGauge("stream_held_back_seconds", ObserveHeldBack, "s", "How long an open transaction has held back events.");
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>The lag of a consumer in seconds, for its slowest partition on this silo; 0 when it is at the end.</summary>
    public double LagOf(string consumer) => _progress
        .Where(entry => entry.Key.Consumer == consumer)
        .Select(entry => Lag(entry.Key.Partition, entry.Value))
        .Append(_heldBack.AgeAt(_clock.GetUtcNow()).TotalSeconds)
        .Max();

    /// <summary>The lag of every consumer of this silo, as <see cref="LagOf"/> gives it.</summary>
    public IReadOnlyDictionary<string, double> Lags() =>
        _progress.Keys.Select(key => key.Consumer).Distinct(StringComparer.Ordinal).ToDictionary(consumer => consumer, LagOf, StringComparer.Ordinal);

    /// <summary>Records that a partition has events up to a position.</summary>
    internal void Published(string streamNamespace, int partition, long newest) =>
        _newest.AddOrUpdate((streamNamespace, partition), newest, (_, known) => Math.Max(known, newest));

    /// <summary>
    /// Records that a consumer runs. Prometheus sees no increase in a counter that first appears as 1, so without this zero the
    /// first dead letter would raise no alert.
    /// </summary>
    internal void Started(string consumer) => _deadLetters.Add(0, new KeyValuePair<string, object?>("consumer", consumer));

    /// <summary>Records that a consumer resumes after an event of this age.</summary>
    internal void Resumed(string consumer, string streamNamespace, int partition, long position, JournalRecord last) =>
        _progress[(consumer, partition)] = new Progress(streamNamespace, position, TimeOf(last));

    internal void Handled(string consumer, string streamNamespace, int partition, JournalRecord last, int count)
    {
        _progress[(consumer, partition)] = new Progress(streamNamespace, last.Position, TimeOf(last));
        _events.Add(count, new KeyValuePair<string, object?>("consumer", consumer));
    }

    internal void SetAside(string consumer) => _deadLetters.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    /// <summary>Forgets a partition: another silo reads it now and reports the progress of its consumers.</summary>
    internal void Forget(int partition)
    {
        foreach (var key in _progress.Keys.Where(key => key.Partition == partition))
        {
            _progress.TryRemove(key, out _);
        }

        foreach (var key in _newest.Keys.Where(key => key.Partition == partition))
        {
            _newest.TryRemove(key, out _);
        }
    }

    private IEnumerable<Measurement<double>> ObserveLag() => _progress.Keys
        .Select(key => key.Consumer)
        .Distinct()
        .Select(consumer => new Measurement<double>(LagOf(consumer), new KeyValuePair<string, object?>("consumer", consumer)));

    private Measurement<double> ObserveHeldBack()
    {
        var age = _heldBack.AgeAt(_clock.GetUtcNow()).TotalSeconds;
        return _heldBack.Current is { Transaction: var open }
            ? new Measurement<double>(
                age,
                new KeyValuePair<string, object?>("session", open.Session),
                new KeyValuePair<string, object?>("application", open.Application),
                new KeyValuePair<string, object?>("database", open.Database))
            : new Measurement<double>(0);
    }

    // A damaged row has no time, and must not look decades old.
    private DateTimeOffset TimeOf(JournalRecord record) => record.Damage is null ? record.At : _clock.GetUtcNow();

    private double Lag(int partition, Progress progress) =>
        _newest.TryGetValue((progress.Namespace, partition), out var newest) && newest > progress.Position
            ? Math.Max(0, (_clock.GetUtcNow() - progress.At).TotalSeconds)
            : 0;

    private sealed record Progress(string Namespace, long Position, DateTimeOffset At);
}
