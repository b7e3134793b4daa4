namespace Granary.Grains.Stock;

/// <summary>When a stock item counts as low.</summary>
/// <param name="Threshold">
/// <c>Granary:Stock:LowThreshold</c>: the item is low at this number of available units or fewer; 0 disables alerts.
/// </param>
public sealed record LowStockOptions(long Threshold);
