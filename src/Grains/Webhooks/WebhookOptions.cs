namespace Granary.Grains.Webhooks;

/// <summary>Options of the webhooks.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// Whether messages may go to private, loopback and other addresses outside the public internet. For development, and for
    /// receivers in the operator's own network if all operators are trusted.
    /// </summary>
    public bool AllowPrivateTargets { get; init; }

    /// <summary>Whether messages may go over <c>http</c>, readable on the network.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>How long an attempt may take, from the name look-up to the response headers.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the log keeps completed deliveries, delivered or dead.</summary>
    public TimeSpan KeepDeliveries { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Maximum number of concurrent attempts per webhook.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>The deployment's currency, <c>Granary:Currency</c>.</summary>
    public string Currency { get; init; } = "USD";
}
