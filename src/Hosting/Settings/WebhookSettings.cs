using Granary.Grains.Webhooks;

namespace Granary.Hosting.Settings;

/// <summary>Reads the settings of the webhooks.</summary>
public static class WebhookSettings
{
    /// <summary>Reads the section.</summary>
    /// <exception cref="InvalidConfigurationException">A value cannot be run with.</exception>
    public static WebhookOptions Read(IConfiguration configuration)
    {
        var options = new WebhookOptions { Currency = configuration["Granary:Currency"] ?? "USD" };
        try
        {
            configuration.GetSection(WebhookOptions.Section).Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidConfigurationException(WebhookOptions.Section, $"has a value of the wrong type: {fault.Message}");
        }

        Require(options.Timeout > TimeSpan.Zero && options.Timeout <= TimeSpan.FromMinutes(5), nameof(WebhookOptions.Timeout), "must be above zero and at most 00:05:00.");
        Require(options.KeepDeliveries >= TimeSpan.FromHours(1), nameof(WebhookOptions.KeepDeliveries), "must be at least 01:00:00.");
        Require(options.Concurrency is > 0 and <= 100, nameof(WebhookOptions.Concurrency), "must be from 1 to 100.");
        return options;
    }

    private static void Require(bool condition, string key, string message)
    {
        if (!condition)
        {
            throw new InvalidConfigurationException($"{WebhookOptions.Section}:{key}", message);
        }
    }
}
