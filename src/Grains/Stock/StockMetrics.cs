using System.Diagnostics.Metrics;
using Granary.Domain.Stock;
using Granary.Grains.BackOffice;

namespace Granary.Grains.Stock;

/// <summary>The metrics of stock: <c>inventory_deduct_result_total</c> by result, <c>stock_alerts_total</c> by type.</summary>
public sealed class StockMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Stock";

    private static readonly KeyValuePair<string, object?> Success = new("result", "success");
    private static readonly KeyValuePair<string, object?> Failure = new("result", "failure");

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _deducted;
    private readonly Counter<long> _alerts;
    private readonly LastMinute _recent;

    public StockMetrics(LastMinute recent)
    {
        _recent = recent;
        _deducted = _meter.CreateCounter<long>("inventory_deduct_result", "{reservation}", "Reservations, by result.");
        _alerts = _meter.CreateCounter<long>("stock_alerts", "{alert}", "Alerts about stock items that run low, and their ends.");
    }

    /// <summary>Counts an alert that was recorded.</summary>
    public void Alerted(StockAlert alert) =>
        _alerts.Add(1, new KeyValuePair<string, object?>("type", StockAlert.Codec.NameOf(alert)));

    public void Dispose() => _meter.Dispose();

    internal void Deducted(bool success)
    {
        _deducted.Add(1, success ? Success : Failure);
        _recent.Deducted(success);
    }
}
