using System.Diagnostics.Metrics;

namespace Granary.Stock;

/// <summary>What stock items count: <c>inventory_deduct_result_total</c> by result.</summary>
public sealed class StockMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Stock";

    private static readonly KeyValuePair<string, object?> Success = new("result", "success");
    private static readonly KeyValuePair<string, object?> Failure = new("result", "failure");

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _deducted;

    public StockMetrics() =>
        _deducted = _meter.CreateCounter<long>("inventory_deduct_result", "{reservation}", "Reservations, by result.");

    public void Dispose() => _meter.Dispose();

    internal void Deducted(bool success) => _deducted.Add(1, success ? Success : Failure);
}
