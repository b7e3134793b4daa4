using Granary.Domain.Payments;

namespace Granary.Grains.Payments.Providers;

/// <summary>The adapters of payment providers.</summary>
public enum ProviderKind
{
    /// <summary>Orders are paid from wallets only.</summary>
    None,

    /// <summary>In this process, for trying: no money moves.</summary>
    Sandbox,

    /// <summary>A provider that speaks <c>docs/payments-protocol.md</c>.</summary>
    Http,

    /// <summary>Stripe.</summary>
    Stripe,
}

/// <summary>Options of payments with an external provider.</summary>
public sealed record PaymentOptions
{
    /// <summary><c>Granary:Payments:Provider</c>.</summary>
    public ProviderKind Provider { get; init; }

    /// <summary><c>Granary:Payments:Grace</c>: how long an order lives on at its deadline, once, while the provider has not said.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>Granary:Payments:ReturnUrl</c>: where the payer comes back to after acting at the provider; null for nowhere.</summary>
    public Uri? ReturnUrl { get; init; }

    /// <summary><c>Granary:Payments:ConnectTimeout</c>: how long a connection to the provider may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary><c>Granary:Payments:CallTimeout</c>: how long a call may take before it counts as not answered.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// <c>Granary:Payments:TimeScale</c>: what every time after which a payment is looked at again, and for which a breaker stays open, is multiplied
    /// with. For tests.
    /// </summary>
    public double TimeScale { get; init; } = 1;

    /// <summary>When calls are kept back.</summary>
    public BreakerOptions Breaker { get; init; } = new();

    /// <summary>Where the <c>http</c> adapter finds its provider; used with <see cref="ProviderKind.Http"/>.</summary>
    public RemoteProvider? Http { get; init; }

    /// <summary>Where Stripe is; used with <see cref="ProviderKind.Stripe"/>.</summary>
    public RemoteProvider? Stripe { get; init; }

    /// <summary>When a payment is looked at again.</summary>
    public PaymentTimes Times => PaymentTimes.ScaledBy(TimeScale);
}

/// <summary>A provider behind a network. Its secrets are in no log and no message.</summary>
/// <param name="Address">The address of its API.</param>
/// <param name="Key">The secret that calls carry.</param>
/// <param name="WebhookSecret">The secret that its events are signed with.</param>
public sealed record RemoteProvider(Uri Address, string Key, string WebhookSecret)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => Address.ToString();
}

/// <summary>When the breaker of a class of operations opens, and for how long.</summary>
public sealed record BreakerOptions
{
    /// <summary>A call that takes longer counts as failed. Its answer is taken in all the same.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>The time that calls are counted over.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>With fewer calls in the window, the breaker stays closed.</summary>
    public int LeastCalls { get; init; } = 10;

    /// <summary>The share of failed calls in the window that opens it.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>How long nothing is sent before one call probes the provider.</summary>
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromSeconds(60);
}
