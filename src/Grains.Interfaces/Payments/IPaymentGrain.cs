using Granary.Grains.Interfaces.Orders;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Granary.Grains.Interfaces.Payments;

/// <summary>
/// One payment with an external provider, keyed by <see cref="PaymentId.From"/>. It follows its order's standing and tells the
/// order its account; no call to the provider is made within a turn of the grain. See <c>docs/payments.md</c>.
/// </summary>
[Alias("granary.payment-grain"), Version(2)]
public interface IPaymentGrain : IGrainWithStringKey
{
    /// <summary>
    /// Pays the order. Answers when the payment is done, the payer must act, or the provider has not said in time what became of
    /// a call; a repeated command answers with the payment as it stands.
    /// </summary>
    /// <returns>
    /// The payment; or <see cref="NotFound"/> (no such order of this caller), <see cref="PaymentInProgress"/>, <see cref="IllegalTransition"/>,
    /// <see cref="IdempotencyKeyReused"/>, <see cref="PaymentsNotConfigured"/>, <see cref="PaymentProviderUnavailable"/> (nothing was sent).
    /// </returns>
    [Alias("pay"), Idempotent, AlwaysInterleave]
    Task<PaymentReply> Pay(PayExternally command);

    /// <summary>The durable payment; <see cref="NotFound"/> if there is none, or none of <paramref name="owner"/>'s orders.</summary>
    /// <param name="owner">The user whose order it must be, or null for staff.</param>
    [Alias("get"), Idempotent, AlwaysInterleave]
    Task<PaymentReply> Get(string? owner);

    /// <summary>Captures what is authorized. Answers like <see cref="Pay"/>; <see cref="Payment.IsOpen"/> while it is not done.</summary>
    /// <param name="by">The acting user's id.</param>
    [Alias("capture"), Idempotent, AlwaysInterleave]
    Task<PaymentReply> Capture(string by);

    /// <summary>Voids what is authorized or being authorized; refused once the order lives on it. Answers like <see cref="Capture"/>.</summary>
    /// <param name="by">The acting user's id.</param>
    [Alias("void"), Idempotent, AlwaysInterleave]
    Task<PaymentReply> Void(string by);

    /// <summary>Says that an operator has looked at what the payment needs attention for. One that needs none is not changed.</summary>
    /// <returns>The payment, <see cref="NotFound"/>, or <see cref="InvalidValue"/> where it needs attention for another reason by now.</returns>
    [Alias("acknowledge"), Idempotent, AlwaysInterleave]
    Task<PaymentReply> Acknowledge(AcknowledgeAttention command);

    /// <summary>Brings the payment in line with its order's standing. An older standing changes nothing.</summary>
    [Alias("align"), Idempotent]
    Task Align(OrderStanding standing);

    /// <summary>Does what is due: asks the order, asks the provider, or repeats a call under its key. The sweep calls it.</summary>
    [Alias("advance"), Idempotent, AlwaysInterleave]
    Task Advance();
}
