using System.Diagnostics.Metrics;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Payments.Providers;

namespace Granary.Grains.Payments.Reconciling;

/// <summary>
/// The metrics of the nightly comparison: <c>payment_reconciliation_differences{kind}</c>, what the last one has found, on the silo that made
/// it; 0 on the others.
/// </summary>
public sealed class ReconciliationMetrics : IDisposable
{
    private readonly Meter _meter = new(ProviderMetrics.MeterName);
    private ILookup<DifferenceKind, Difference> _differences = Enumerable.Empty<Difference>().ToLookup(difference => difference.Kind);

    public ReconciliationMetrics() => _meter.CreateObservableGauge(
        "payment_reconciliation_differences",
        () => Enum.GetValues<DifferenceKind>().Select(kind => new Measurement<int>(
            Volatile.Read(ref _differences)[kind].Count(), new KeyValuePair<string, object?>("kind", Words.Of(kind)))),
        "{difference}",
        "Differences between the payment provider's list and the journal, as the last nightly comparison found them.");

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Found(IEnumerable<Difference> differences) =>
        Volatile.Write(ref _differences, differences.ToLookup(difference => difference.Kind));
}
