using System.Globalization;
using Granary.Hosting;

namespace Granary.Stock;

/// <summary>When a stock item counts as low.</summary>
/// <param name="Threshold"><c>Granary:Stock:LowThreshold</c>: with so many available units or fewer it is low; 0 for no alerts.</param>
public sealed record LowStockOptions(long Threshold)
{
    private const string Key = "Granary:Stock:LowThreshold";
    private const long Default = 10;

    /// <exception cref="InvalidConfigurationException">The value is no number of units.</exception>
    public static LowStockOptions From(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } value)
        {
            return new LowStockOptions(Default);
        }

        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var threshold) && threshold <= Limits.StockUnits
            ? new LowStockOptions(threshold)
            : throw new InvalidConfigurationException(Key, $"is '{value}'; it takes a number of units from 0 (no alerts) to {Limits.StockUnits}.");
    }
}
