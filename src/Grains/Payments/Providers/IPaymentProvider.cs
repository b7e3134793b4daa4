using Granary.Domain.Payments;

namespace Granary.Grains.Payments.Providers;

/// <summary>
/// An adapter of one payment provider. It translates and decides nothing: what was refused is an answer, and every fault, timeout or
/// answer that it cannot read is <see cref="ProviderAnswer.NoAnswer"/>, never a failure. <see cref="ProviderGateway"/> wraps it with
/// timeouts, the breaker, metrics and traces; nothing else calls it.
/// </summary>
public interface IPaymentProvider
{
    /// <summary>Its name in <c>Granary:Payments:Provider</c>, in payments and in the address of its events.</summary>
    string Name { get; }

    /// <summary>Whether <see cref="ListAsync"/> gives what the provider has. One that keeps no list is not reconciled.</summary>
    bool KeepsList => true;

    /// <summary>Carries out an operation under its key. Repeated under the key, the provider carries it out once.</summary>
    Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken);

    /// <summary>
    /// What became of an operation, without carrying it out. <see cref="ProviderAnswer.NotKnown"/> where the provider has not received it.
    /// </summary>
    Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Reads a signed event. Pure: it checks the signature over the raw bytes and reads the body.</summary>
    /// <param name="headers">By lower-case name.</param>
    EventReading Read(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now);

    /// <summary>What the provider has of all payments that changed in a time span, for reconciliation; oldest first.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    IAsyncEnumerable<ProviderOperation> ListAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}

/// <summary>An operation as the adapter needs it.</summary>
/// <param name="Payment">The payment's id.</param>
/// <param name="Order">The order's id.</param>
/// <param name="Operation">Its kind, amount in minor units and ordinal; its key is <see cref="Key"/>.</param>
/// <param name="Currency">Such as <c>USD</c>.</param>
/// <param name="Token">The payer's token; only authorizations use it. It is never logged.</param>
/// <param name="Reference">The provider's id of the payment, once it has said one.</param>
public sealed record ProviderCall(
    string Payment, string Order, PaymentOperation Operation, string Currency, string? Token, string? Reference)
{
    /// <summary>The idempotency key at the provider.</summary>
    public string Key => Operation.KeyFor(Payment);

    /// <summary>Without the token.</summary>
    public override string ToString() => Key;
}

/// <summary>What a signed event says.</summary>
public abstract record EventReading
{
    private EventReading()
    {
    }

    /// <summary>An event about a payment.</summary>
    /// <param name="Payment">The payment's id.</param>
    public sealed record Said(string Payment, ProviderEvent Event) : EventReading;

    /// <summary>It is signed, and about nothing that a payment needs to know.</summary>
    public sealed record Ignored : EventReading;

    /// <summary>The signature is missing, wrong, or more than 5 minutes off.</summary>
    public sealed record BadSignature : EventReading;

    /// <summary>It is signed and cannot be read.</summary>
    public sealed record Unreadable(string Problem) : EventReading;
}
