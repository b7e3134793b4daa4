using BenchmarkDotNet.Attributes;
using Granary.Domain.Stock;
using Granary.Grains.EventSourcing;

namespace Granary.Micro;

/// <summary>The snapshot of a stock item: serialised each time that its stream has grown by as many events as it has claims.</summary>
[MemoryDiagnoser]
public class SnapshotBenchmarks
{
    private readonly JsonGrainStateSerializer _serializer = new([SnapshotJson.Default]);
    private Snapshot<StockState> _snapshot = null!;

    /// <summary>Open reservations.</summary>
    [Params(1_000, 100_000)]
    public int Claims { get; set; }

    [GlobalSetup]
    public void Setup() => _snapshot = new() { State = Samples.Stock(Claims), Version = Claims };

    [Benchmark]
    public BinaryData Serialise() => _serializer.Serialize(_snapshot);
}
