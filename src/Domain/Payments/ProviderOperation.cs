namespace Granary.Domain.Payments;

/// <summary>An operation in the provider's own list.</summary>
/// <param name="Key">The idempotency key it was called with; null where the provider does not say it.</param>
/// <param name="Payment">The payment's id; null where it was not made by this shop.</param>
/// <param name="Reference">The provider's id of the payment.</param>
/// <param name="Amount">Minor units; 0 for a void.</param>
/// <param name="Answer">What became of it.</param>
public sealed record ProviderOperation(
    string? Key, string? Payment, string Reference, OperationKind Kind, long Amount, ProviderAnswer Answer, DateTimeOffset At);
