namespace Granary.Client;

/// <summary>A payment with the external provider.</summary>
public sealed record Payment
{
    public required string Id { get; init; }
    public required string OrderId { get; init; }

    /// <summary>
    /// <c>created</c>, <c>authorizing</c>, <c>requires_action</c>, <c>processing</c>, <c>authorized</c>, <c>capturing</c>, <c>captured</c>,
    /// <c>voiding</c>, <c>declined</c>, <c>voided</c> or <c>authorization_expired</c>.
    /// </summary>
    public required string Status { get; init; }

    public required Money Amount { get; init; }
    public required Money Captured { get; init; }
    public required Money Refunded { get; init; }

    /// <summary><c>automatic</c> or <c>manual</c>.</summary>
    public required string Capture { get; init; }

    public required string Provider { get; init; }

    /// <summary>The provider's own id of the payment, once it has said one.</summary>
    public string? ProviderReference { get; init; }

    public string? DeclineCode { get; init; }

    /// <summary>What the payer must do while the status is <c>requires_action</c>.</summary>
    public NextAction? NextAction { get; init; }

    /// <summary>An operator must look at it.</summary>
    public required bool NeedsAttention { get; init; }

    /// <summary>Why an operator must look at it.</summary>
    public string? AttentionReason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }
}

/// <summary>What the payer must do.</summary>
/// <param name="Url">The page of the provider that the payer must visit.</param>
public sealed record NextAction(string Url);

/// <summary>A refund of an order.</summary>
public sealed record Refund
{
    public required string Id { get; init; }
    public required Money Amount { get; init; }

    /// <summary><c>pending</c>, <c>succeeded</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    public required string Reason { get; init; }

    /// <summary>Who granted it.</summary>
    public required string By { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Why it failed.</summary>
    public string? FailureCode { get; init; }
}

/// <summary>Where the money of an order is.</summary>
/// <param name="Total">What it costs.</param>
/// <param name="Authorized">What is set aside for it and not captured.</param>
/// <param name="Captured">What was ever captured for it.</param>
/// <param name="Refunded">What of it has gone back.</param>
public sealed record OrderAmounts(Money Total, Money Authorized, Money Captured, Money Refunded);

/// <summary>What a nightly comparison with the provider's list has found.</summary>
/// <param name="At">When it was made.</param>
/// <param name="From">The first moment that was compared.</param>
/// <param name="To">The moment up to which was compared.</param>
/// <param name="Matched">Operations that both have alike.</param>
/// <param name="OnTheirWay">Operations that neither has concluded.</param>
/// <param name="Foreign">Operations in the provider's list that are not of this shop.</param>
/// <param name="Kinds">How many differences there are, by kind.</param>
/// <param name="Differences">The differences, up to 200.</param>
public sealed record Reconciliation(
    DateTimeOffset At,
    DateTimeOffset From,
    DateTimeOffset To,
    string Provider,
    int Matched,
    int OnTheirWay,
    int Foreign,
    IReadOnlyDictionary<string, int> Kinds,
    IReadOnlyList<ReconciliationDifference> Differences);

/// <summary>A difference between the provider's list and the payments here.</summary>
/// <param name="Kind"><c>missing_here</c>, <c>missing_there</c>, <c>amounts_differ</c> or <c>capture_without_order</c>.</param>
/// <param name="Operation">Such as <c>capture</c>.</param>
/// <param name="Action"><c>asked</c>, <c>given_back</c> or <c>left_to_operator</c>.</param>
/// <param name="Key">The operation's key at the provider, if it has one.</param>
/// <param name="Here">What is recorded here; null for nothing.</param>
/// <param name="There">What the provider has; null for nothing.</param>
public sealed record ReconciliationDifference(
    string Kind, string PaymentId, string Operation, string Action, string? Key = null, Money? Here = null, Money? There = null);

internal sealed record Acknowledgement(string Reason, string Note);

internal sealed record NewPayment(string Token, string Capture);

internal sealed record NewRefund(Money Amount, string Reason);
