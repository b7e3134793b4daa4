using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Orders;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Reading;
using Granary.Grains.Settings;
using Granary.Grains.Stock;
using Granary.Grains.Webhooks;
using Granary.Hosting.Telemetry;
using Granary.Streams;

namespace Granary.Hosting.Settings;

/// <summary>Reads the options of the layers below, which know no configuration.</summary>
public static class LayerOptions
{
    /// <summary>Polly's least.</summary>
    private static readonly TimeSpan LeastBreak = TimeSpan.FromMilliseconds(500);

    private const string WithHttp = "where Granary:Payments:Provider is Http";
    private const string WithStripe = "where Granary:Payments:Provider is Stripe";

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

    /// <exception cref="InvalidConfigurationException">The value is invalid.</exception>
    public static StatisticsOptions Statistics(this SettingsReader settings) => new(settings.Read(SettingKeys.StatisticsInterval));

    /// <exception cref="InvalidConfigurationException">A value is invalid.</exception>
    public static ReplicaOptions Replicas(this SettingsReader settings) =>
        new(settings.Read(SettingKeys.UseReplicas), settings.Read(SettingKeys.MaxStaleness));

    /// <exception cref="InvalidConfigurationException">The value is invalid.</exception>
    public static VariantOptions Variants(this SettingsReader settings) => new(settings.Read(SettingKeys.MaxErrorRate));

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

    /// <summary>The name of the payment provider for those who only name it, or <c>none</c>.</summary>
    /// <exception cref="InvalidConfigurationException">The value is invalid.</exception>
    public static string PaymentProvider(this SettingsReader settings) => Words.Of(settings.Read(SettingKeys.PaymentProvider));

    /// <exception cref="InvalidConfigurationException">A value is invalid, or one that the provider needs is missing.</exception>
    public static PaymentOptions Payments(this SettingsReader settings)
    {
        // All are read, so that a bad value stops the start before its provider is chosen.
        var (httpAddress, stripeAddress) = (settings.Read(SettingKeys.HttpProviderAddress), settings.Read(SettingKeys.StripeAddress));
        var (httpKey, httpWebhookSecret) = (settings.Read(SettingKeys.HttpProviderKey), settings.Read(SettingKeys.HttpProviderWebhookSecret));
        var (stripeKey, stripeWebhookSecret) = (settings.Read(SettingKeys.StripeKey), settings.Read(SettingKeys.StripeWebhookSecret));
        var returnUrl = settings.Read(SettingKeys.PaymentReturnUrl);
        var provider = settings.Read(SettingKeys.PaymentProvider);
        if (provider == ProviderKind.Stripe)
        {
            // Without it, Stripe cannot send the payer to the bank's page and back.
            settings.Require(SettingKeys.PaymentReturnUrl, WithStripe);
        }

        var scale = settings.Read(SettingKeys.PaymentTimeScale);
        var breaker = new BreakerOptions
        {
            Slow = settings.Read(SettingKeys.BreakerSlow),
            Window = settings.Read(SettingKeys.BreakerWindow),
            LeastCalls = settings.Read(SettingKeys.BreakerLeastCalls),
            FailureRatio = settings.Read(SettingKeys.BreakerFailureRatio),
            OpenFor = settings.Read(SettingKeys.BreakerOpenFor),
        };
        return new PaymentOptions
        {
            Provider = provider,
            Grace = settings.Read(SettingKeys.PaymentGrace),
            ReturnUrl = returnUrl,
            ConnectTimeout = settings.Read(SettingKeys.PaymentConnectTimeout),
            CallTimeout = settings.Read(SettingKeys.PaymentCallTimeout),
            TimeScale = scale,
            Breaker = breaker with { OpenFor = breaker.OpenFor * Math.Max(scale, LeastBreak / breaker.OpenFor) },
            Http = provider != ProviderKind.Http ? null : new RemoteProvider(
                httpAddress ?? settings.Require(SettingKeys.HttpProviderAddress, WithHttp)!,
                httpKey ?? settings.Require(SettingKeys.HttpProviderKey, WithHttp)!,
                httpWebhookSecret ?? settings.Require(SettingKeys.HttpProviderWebhookSecret, WithHttp)!),
            Stripe = provider != ProviderKind.Stripe ? null : new RemoteProvider(
                stripeAddress ?? StripeProvider.PublicAddress,
                stripeKey ?? settings.Require(SettingKeys.StripeKey, WithStripe)!,
                stripeWebhookSecret ?? settings.Require(SettingKeys.StripeWebhookSecret, WithStripe)!),
        };
    }

    /// <summary>How long a product's copy is kept, and the knowledge that there is no such product.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid, or the second is longer than the first.</exception>
    public static (TimeSpan Duration, TimeSpan Negative) CacheTimes(this SettingsReader settings)
    {
        var (duration, negative) = (settings.Read(SettingKeys.CacheDuration), settings.Read(SettingKeys.NegativeCacheDuration));
        return negative <= duration
            ? (duration, negative)
            : throw new InvalidConfigurationException(SettingKeys.NegativeCacheDuration, $"must not be above {SettingKeys.CacheDuration}.");
    }

    /// <exception cref="InvalidConfigurationException">The value is invalid.</exception>
    public static LogOptions Log(this SettingsReader settings) =>
        new(settings.IsSet(SettingKeys.LogLevel) ? settings.Read(SettingKeys.LogLevel) : settings.Read(SettingKeys.ShortLogLevel));

    /// <exception cref="InvalidConfigurationException">The value is invalid.</exception>
    public static SamplingOptions Traces(this SettingsReader settings) => new(settings.Read(SettingKeys.TraceRatio));

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
