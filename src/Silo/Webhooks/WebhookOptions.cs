using Granary.Hosting;

namespace Granary.Webhooks;

/// <summary>Settings of the webhooks, section <c>Granary:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Granary:Webhooks";

    /// <summary>
    /// Whether messages may go to private, loopback and other addresses that are not of the public internet. For development,
    /// and for receivers inside one's own network where all operators are trusted.
    /// </summary>
    public bool AllowPrivateTargets { get; set; }

    /// <summary>Whether messages may go over <c>http</c>, readable for everybody on the way.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>How long an attempt may take, from looking the name up to the answer's headers.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the log keeps what was delivered or given up.</summary>
    public TimeSpan KeepDeliveries { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Attempts at one webhook at the same time.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>The deployment's currency, <c>Granary:Currency</c>.</summary>
    public string Currency { get; set; } = "USD";

    /// <summary>Reads the section.</summary>
    /// <exception cref="InvalidConfigurationException">A value cannot be run with.</exception>
    public static WebhookOptions From(IConfiguration configuration)
    {
        var options = new WebhookOptions { Currency = configuration["Granary:Currency"] ?? "USD" };
        try
        {
            configuration.GetSection(Section).Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidConfigurationException(Section, $"has a value of the wrong type: {fault.Message}");
        }

        Require(options.Timeout > TimeSpan.Zero && options.Timeout <= TimeSpan.FromMinutes(5), nameof(Timeout), "must be above zero and at most 00:05:00.");
        Require(options.KeepDeliveries >= TimeSpan.FromHours(1), nameof(KeepDeliveries), "must be at least 01:00:00.");
        Require(options.Concurrency is > 0 and <= 100, nameof(Concurrency), "must be from 1 to 100.");
        return options;
    }

    private static void Require(bool condition, string key, string message)
    {
        if (!condition)
        {
            throw new InvalidConfigurationException($"{Section}:{key}", message);
        }
    }
}
