namespace Granary.PaymentProvider;

/// <summary>What a caller asks for. A void has neither amount nor token.</summary>
public sealed record OperationRequest(long? Amount = null, string? Currency = null, string? Token = null, string? ReturnUrl = null);

/// <summary>An operation as the ledger has it. Amounts are minor units.</summary>
/// <param name="Sequence">Grows with every operation; a list is in its order.</param>
/// <param name="Status"><c>succeeded</c>, <c>requires_action</c>, <c>declined</c>, <c>rejected</c> or <c>expired</c>.</param>
/// <param name="Code">Why it was declined or rejected.</param>
public sealed record Operation(
    long Sequence,
    string Key,
    string Payment,
    string Kind,
    string Status,
    long Amount,
    string? Code,
    string Reference,
    NextAction? NextAction,
    DateTimeOffset? AuthorizationExpiresAt,
    DateTimeOffset CreatedAt);

/// <summary>Where the payer must act.</summary>
public sealed record NextAction(string Url);

/// <summary>A page of operations.</summary>
/// <param name="NextCursor">What the next page follows; null on the last one.</param>
public sealed record OperationPage(IReadOnlyList<Operation> Data, string? NextCursor);

/// <summary>A payment as the ledger has it. Amounts are minor units.</summary>
public sealed record LedgerPayment(
    string Payment, string Status, long Amount, string Currency, long Authorized, long Captured, long Refunded, string? ReturnUrl = null);

/// <summary>An event about a payment.</summary>
/// <param name="Amount">What was captured, or refunded in all, in minor units; null where it means nothing.</param>
public sealed record LedgerEvent(string Id, string Type, string Payment, long? Amount, DateTimeOffset OccurredAt);

/// <summary>Why a call was not taken.</summary>
public sealed record Fault(string Error);
