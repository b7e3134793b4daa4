using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Granary.Grains.Settings;

/// <summary>The metric <c>settings_variant_turned_off_total{variant}</c>; 0 without a label where none was.</summary>
public sealed class SettingsMetrics : IDisposable
{
    private readonly Meter _meter = new("Granary.Settings.Variants");
    private readonly ConcurrentDictionary<string, long> _turnedOff = new(StringComparer.Ordinal);

    public SettingsMetrics() => _meter.CreateObservableCounter(
        "settings_variant_turned_off", Observe, "{variant}", "Variants of the settings that were turned off because too many of their requests failed.");

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void TurnedOff(string variant) => _turnedOff.AddOrUpdate(variant, 1, static (_, count) => count + 1);

    private IEnumerable<Measurement<long>> Observe() => _turnedOff.IsEmpty
        ? [new Measurement<long>(0)]
        : _turnedOff.Select(variant => new Measurement<long>(variant.Value, new KeyValuePair<string, object?>("variant", variant.Key)));
}
