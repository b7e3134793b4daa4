using System.Collections.Concurrent;
using Granary.Domain.Events;

namespace Granary.Silo.Tests.Streams;

/// <summary>Records what consumers got and controls how they behave. All silos of a test share it.</summary>
public sealed class Recorder
{
    private readonly ConcurrentQueue<Delivery> _deliveries = new();

    /// <summary>Called before an event is recorded; throws to refuse it.</summary>
    public Action<string, JournalRecord>? BeforeTaking { get; set; }

    /// <summary>What <see cref="RecordingConsumer"/> does with events before it records them.</summary>
    public Func<IReadOnlyList<JournalRecord>, Task>? Work { get; set; }

    /// <summary>After how many events <see cref="RecordingConsumer"/> could pause: the lengths of its deliveries.</summary>
    public ConcurrentQueue<int> Pauses { get; } = new();

    /// <summary>Every delivery so far.</summary>
    public IReadOnlyCollection<Delivery> Deliveries => _deliveries;

    /// <summary>The versions that one consumer got of one journal stream, in order.</summary>
    public IReadOnlyList<long> VersionsOf(string consumer, string stream) =>
        [.. _deliveries.Where(delivery => delivery.Consumer == consumer && delivery.Stream == stream).Select(delivery => delivery.Version)];

    /// <summary>The versions that one consumer got of one journal stream, without repetitions.</summary>
    public IReadOnlyList<long> DistinctVersionsOf(string consumer, string stream) => [.. VersionsOf(consumer, stream).Distinct()];

    /// <summary>Records events of one delivery.</summary>
    public void Take(string consumer, string silo, IReadOnlyList<JournalRecord> events)
    {
        foreach (var record in events)
        {
            BeforeTaking?.Invoke(consumer, record);
        }

        foreach (var record in events)
        {
            _deliveries.Enqueue(new Delivery(consumer, silo, record.Stream, record.Version));
        }
    }

    /// <summary>One event as one consumer got it.</summary>
    public sealed record Delivery(string Consumer, string Silo, string Stream, long Version);
}
