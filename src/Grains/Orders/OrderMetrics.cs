using System.Diagnostics.Metrics;
using Granary.Grains.BackOffice;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Orders;

/// <summary>The metrics of orders: <c>order_created_total</c> and <c>order_transition_total</c> by status reached.</summary>
public sealed class OrderMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Orders";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _created;
    private readonly Counter<long> _transitions;
    private readonly Counter<long> _placements;
    private readonly LastMinute _recent;

    public OrderMetrics(LastMinute recent)
    {
        _recent = recent;
        _created = _meter.CreateCounter<long>("order_created", "{order}", "Orders placed.");
        _transitions = _meter.CreateCounter<long>("order_transition", "{transition}", "Changes of status, by the status reached.");
        _placements = _meter.CreateCounter<long>("order_placement", "{attempt}", "Attempts at placing an order, by outcome.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Created()
    {
        _created.Add(1);
        _placements.Add(1, new KeyValuePair<string, object?>("outcome", "placed"));
    }

    /// <summary>Records how long the saga took to place an order.</summary>
    internal void Placed(TimeSpan took) => _recent.Placed(took);

    internal void Refused(Refusal refusal) =>
        _placements.Add(1, new KeyValuePair<string, object?>("outcome", refusal.GetType().Name));

    internal void Reached(OrderStatus status) =>
        _transitions.Add(1, new KeyValuePair<string, object?>("to", Words.Of(status)));
}
