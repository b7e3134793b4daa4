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

internal sealed record NewPayment(string Token, string Capture);

internal sealed record NewRefund(Money Amount, string Reason);
