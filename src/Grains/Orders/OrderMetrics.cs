using System.Diagnostics;
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

    internal void Created(string? variant)
    {
        _created.Add(1, Under(variant, []));
        Count(_placements, "outcome", "placed", variant);
    }

    /// <summary>Records how long the saga took to place an order.</summary>
    internal void Placed(TimeSpan took) => _recent.Placed(took);

    internal void Refused(Refusal refusal, string? variant) => Count(_placements, "outcome", refusal.GetType().Name, variant);

    internal void Reached(OrderStatus status, string? variant) => Count(_transitions, "to", Words.Of(status), variant);

    private static void Count(Counter<long> counter, string label, string value, string? variant) =>
        counter.Add(1, Under(variant, new TagList { { label, value } }));

    /// <summary>Without a variant the label is missing, which is the same as an empty one to Prometheus.</summary>
    private static TagList Under(string? variant, TagList tags)
    {
        if (variant is not null)
        {
            tags.Add("variant", variant);
        }

        return tags;
    }
}
