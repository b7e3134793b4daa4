using System.Diagnostics.Metrics;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Grains.Payments;

/// <summary>
/// The metrics of payments: <c>payment_transition_total</c> by status reached, and <c>payments_needs_attention</c>, which every
/// silo counts in the index.
/// </summary>
public sealed class PaymentMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Payments";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _transitions;
    private long _attention;

    public PaymentMetrics()
    {
        _transitions = _meter.CreateCounter<long>("payment_transition", "{transition}", "Changes of status of payments, by the status reached.");
        _meter.CreateObservableGauge(
            "payments_needs_attention", () => Volatile.Read(ref _attention), "{payment}", "Payments that an operator must look at.");
    }

    /// <summary>How many payments need attention, as the index had it last.</summary>
    public long Attention
    {
        get => Volatile.Read(ref _attention);
        internal set => Volatile.Write(ref _attention, value);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Reached(PaymentStatus before, PaymentStatus after)
    {
        if (before != after)
        {
            _transitions.Add(1, new KeyValuePair<string, object?>("to", Words.Of(after)));
        }
    }
}
