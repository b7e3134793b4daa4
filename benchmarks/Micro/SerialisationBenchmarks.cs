using BenchmarkDotNet.Attributes;
using Granary.Domain.Events;
using Granary.Domain.Orders;

namespace Granary.Micro;

/// <summary>The journal payload of an order: written once per order, read when the order is loaded.</summary>
[MemoryDiagnoser]
public class SerialisationBenchmarks
{
    private OrderPlaced _placed = null!;
    private JournalRecord _record = null!;

    /// <summary>Lines of the order.</summary>
    [Params(1, 10)]
    public int Lines { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _placed = Samples.Placed(Lines);
        var encoded = OrderEvent.Codec.Encode(_placed, Samples.Noon, null);
        _record = new(1, "order/1", 1, encoded.Type, encoded.Payload, encoded.At);
    }

    [Benchmark]
    public JournalEvent Encode() => OrderEvent.Codec.Encode(_placed, Samples.Noon, null);

    [Benchmark]
    public OrderEvent Decode() => OrderEvent.Codec.Decode(_record);
}
