using Granary.Hosting.Settings;

namespace Granary.Api.Orders;

/// <summary>What a front end decides about an order that is placed. It may change while the process runs.</summary>
/// <param name="TakesOrders">Whether orders are placed.</param>
/// <param name="TakesExternalOrders">Whether orders are placed that an external provider pays.</param>
/// <param name="PaymentTimeout">How long an order may stay unpaid, where a variant says so; otherwise the silos decide.</param>
public sealed record PlacingOptions(bool TakesOrders, bool TakesExternalOrders, TimeSpan PaymentTimeout)
{
    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid; the message names the key.</exception>
    public static PlacingOptions From(SettingsReader settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new PlacingOptions(
            settings.Read(SettingKeys.TakesOrders), settings.Read(SettingKeys.TakesExternalOrders), settings.Read(SettingKeys.PaymentTimeout));
    }
}
