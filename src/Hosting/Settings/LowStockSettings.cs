using System.Globalization;
using Granary.Grains.Interfaces;
using Granary.Grains.Stock;

namespace Granary.Hosting.Settings;

/// <summary>Reads when a stock item counts as low.</summary>
public static class LowStockSettings
{
    private const string Key = "Granary:Stock:LowThreshold";
    private const long Default = 10;

    /// <exception cref="InvalidConfigurationException">The value is no number of units.</exception>
    public static LowStockOptions Read(IConfiguration configuration)
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
