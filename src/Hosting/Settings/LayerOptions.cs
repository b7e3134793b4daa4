using Granary.Grains.Orders;
using Granary.Grains.Stock;
using Granary.Grains.Webhooks;
using Granary.Streams;

namespace Granary.Hosting.Settings;

/// <summary>Reads the options of the layers below, which know no configuration.</summary>
public static class LayerOptions
{
    /// <exception cref="InvalidConfigurationException">A value is invalid.</exception>
    public static OrderOptions Orders(this SettingsReader settings) => new()
    {
        PaymentTimeout = settings.Read(SettingKeys.PaymentTimeout),
        ReservationGrace = settings.Read(SettingKeys.ReservationGrace),
        MaxOpenOrdersPerUser = settings.Read(SettingKeys.MaxOpenOrders),
        MaxOpenUnitsPerUser = settings.Read(SettingKeys.MaxOpenUnits),
    };

    /// <exception cref="InvalidConfigurationException">The value is invalid.</exception>
    public static LowStockOptions LowStock(this SettingsReader settings) => new(settings.Read(SettingKeys.LowThreshold));

    /// <exception cref="InvalidConfigurationException">A value is invalid.</exception>
    public static WebhookOptions Webhooks(this SettingsReader settings) => new()
    {
        AllowHttp = settings.Read(SettingKeys.WebhooksOverHttp),
        AllowPrivateTargets = settings.Read(SettingKeys.PrivateWebhookTargets),
        Timeout = settings.Read(SettingKeys.WebhookTimeout),
        Concurrency = settings.Read(SettingKeys.WebhookConcurrency),
        KeepDeliveries = settings.Read(SettingKeys.KeepDeliveries),
        Currency = settings.Read(SettingKeys.Currency),
    };

    /// <exception cref="InvalidConfigurationException">A value is invalid.</exception>
    public static StreamSettings Streams(this SettingsReader settings) => new()
    {
        Deliver = settings.Read(SettingKeys.Deliver),
        Partitions = settings.Read(SettingKeys.Partitions),
        Pace = settings.Read(SettingKeys.Pace),
        PollPeriod = settings.Read(SettingKeys.PollPeriod),
        NudgePeriod = settings.Read(SettingKeys.NudgePeriod),
        TailLength = settings.Read(SettingKeys.TailLength),
        BatchLength = settings.Read(SettingKeys.BatchLength),
        MaxDeliveryTime = settings.Read(SettingKeys.MaxDeliveryTime),
        MaxAttempts = settings.Read(SettingKeys.MaxAttempts),
        RetryDelay = settings.Read(SettingKeys.RetryDelay),
    };
}
