using BenchmarkDotNet.Attributes;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Micro;

/// <summary>Decides and applies without a grain; for stock also with many open reservations.</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private readonly PlaceOrder _placement = Samples.Placement(1);
    private readonly IReadOnlyList<OrderLine> _lines = Samples.Lines(1);
    private readonly OrderState _newOrder = OrderState.Initial("01jd3s6m2v5q9w8x7y6z5t4r3q");
    private readonly ReserveStock _reservation = new("01jd3s6m2v5q9w8x7y6z5t4r3q", 7, 2, Samples.Price);
    private StockState _stock = null!;

    /// <summary>Open reservations on the stock item.</summary>
    [Params(0, 100_000)]
    public int OpenReservations { get; set; }

    [GlobalSetup]
    public void Setup() => _stock = Samples.Stock(OpenReservations);

    [Benchmark]
    public OrderState PlaceAnOrder()
    {
        var decision = OrderDecisions.Place(_newOrder, _placement, 7, _lines, Samples.Noon.AddMinutes(15));
        return _newOrder.Apply(decision.Events[0], Samples.Noon);
    }

    [Benchmark]
    public StockState ReserveStock()
    {
        var decision = StockDecisions.Reserve(_stock, _reservation, out _);
        return _stock.Apply(decision.Events[0], Samples.Noon);
    }
}
