using System.Diagnostics.Metrics;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Reading;

namespace Granary.Grains.Reading;

/// <summary>The metric of reads that may come from a replica: <c>list_reads_total</c> by list, source and reason.</summary>
public sealed class ReadMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Reading";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _reads;

    public ReadMetrics() =>
        _reads = _meter.CreateCounter<long>("list_reads", "{read}", "Reads that may come from a replica, by where they came from and why.");

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Read(string list, ReadSource from, ReadReason reason) => _reads.Add(
        1,
        new KeyValuePair<string, object?>("list", list),
        new KeyValuePair<string, object?>("from", Words.Of(from)),
        new KeyValuePair<string, object?>("reason", Words.Of(reason)));
}

/// <summary>Why a read came from where it did.</summary>
internal enum ReadReason
{
    /// <summary>The replica is new enough.</summary>
    Fresh,

    /// <summary>No replica is to be read.</summary>
    Off,

    /// <summary>An earlier part of the answer came from the primary.</summary>
    Begun,

    /// <summary>No replica answers.</summary>
    Away,

    /// <summary>The replica is older than an answer may be.</summary>
    Stale,

    /// <summary>The replica does not have a position that the reader demands.</summary>
    Position,

    /// <summary>The replica failed while it was read.</summary>
    Fault,
}
