namespace Granary.Grains.Webhooks;

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
}
