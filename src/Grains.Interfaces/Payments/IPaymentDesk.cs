using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Payments;

/// <summary>What front ends ask about payments on any silo: only silos know the provider and its secrets.</summary>
[Alias("granary.payment-desk"), Version(2)]
public interface IPaymentDesk : IGrainWithIntegerKey
{
    /// <summary>Takes in an event that the provider sends. <see cref="EventReceipt.Taken"/> only once it is durable.</summary>
    /// <param name="provider">The name in the address.</param>
    /// <param name="headers">The request's headers that may carry a signature, by lower-case name.</param>
    /// <param name="body">The raw bytes, over which the signature is.</param>
    [Alias("receive"), Idempotent]
    Task<EventReceipt> Receive(string provider, IReadOnlyDictionary<string, string> headers, byte[] body);

    /// <summary>
    /// A page of payments, newest first. The index finds them; each is shown as its grain knows it now, and left out where it no longer has what
    /// the query asks for, so a page may be shorter than its limit while it has a next one.
    /// </summary>
    /// <exception cref="BackOffice.ViewUnavailableException">The index cannot be reached.</exception>
    [Alias("list"), Idempotent]
    Task<PaymentPage> List(PaymentQuery query);

    /// <summary>The last nightly comparison with the provider's list; null before the first.</summary>
    /// <exception cref="BackOffice.ViewUnavailableException">The views cannot be reached.</exception>
    [Alias("reconciliation"), Idempotent]
    Task<PaymentReconciliation?> Reconciliation();
}

/// <summary>What became of an event of the provider.</summary>
public enum EventReceipt
{
    /// <summary>It is durable, or it was before, or it concerns nothing that the shop knows of.</summary>
    Taken,

    /// <summary>The signature is wrong, or more than 5 minutes off.</summary>
    BadSignature,

    /// <summary>The body is signed, but cannot be read.</summary>
    Unreadable,

    /// <summary>The provider is not the configured one.</summary>
    UnknownProvider,
}
