using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Granary.Grains.Interfaces.Payments;

/// <summary>
/// The payer's bank of the <c>sandbox</c> provider, keyed by payment: a page on which the payer of <c>tok_3ds</c> agrees or refuses.
/// </summary>
[Alias("granary.sandbox-bank"), Version(1)]
public interface ISandboxBank : IGrainWithStringKey
{
    /// <summary>Whether the payer agreed; null before the choice. The provider asks it, also while <see cref="Choose"/> waits for the payment.</summary>
    [Alias("agreed"), Idempotent, AlwaysInterleave]
    Task<bool?> Agreed();

    /// <summary>What the page shows; null without such a payment at the sandbox.</summary>
    [Alias("show"), Idempotent, AlwaysInterleave]
    Task<SandboxPage?> Show();

    /// <summary>The payer chooses. The first choice stands, and a payment that does not wait for the payer is not changed.</summary>
    /// <returns>The page; null without such a payment at the sandbox.</returns>
    [Alias("choose"), Idempotent]
    Task<SandboxPage?> Choose(bool agrees);
}

/// <summary>What the page of the sandbox shows.</summary>
/// <param name="Status">The payment's status before the choice.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Currency">Such as <c>USD</c>.</param>
/// <param name="Agreed">What the payer chose, or null.</param>
/// <param name="ReturnUrl">Where the payer goes back to; null for nowhere.</param>
[GenerateSerializer, Immutable, Alias("granary.sandbox-page")]
public sealed record SandboxPage(
    [property: Id(0)] PaymentStatus Status,
    [property: Id(1)] long Amount,
    [property: Id(2)] string Currency,
    [property: Id(3)] bool? Agreed,
    [property: Id(4)] string? ReturnUrl)
{
    /// <summary>The path of the page at a front end.</summary>
    public static string PathOf(string payment) => $"/sandbox/payments/{payment}";
}
