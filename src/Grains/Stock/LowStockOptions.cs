namespace Granary.Grains.Stock;

/// <summary>When a stock item counts as low.</summary>
/// <param name="Threshold"><c>Granary:Stock:LowThreshold</c>: with so many available units or fewer it is low; 0 for no alerts.</param>
public sealed record LowStockOptions(long Threshold);
