namespace Granary.Grains.Interfaces.Payments;

/// <summary>Says that an operator has looked at what a payment needs attention for.</summary>
/// <param name="Reason">Why it needs attention, as the operator has seen it.</param>
/// <param name="Note">What the operator has found or done.</param>
/// <param name="By">The acting user's id.</param>
[GenerateSerializer, Immutable, Alias("granary.acknowledge-attention")]
public sealed record AcknowledgeAttention([property: Id(0)] string Reason, [property: Id(1)] string Note, [property: Id(2)] string By);

/// <summary>The filters of the list of payments; a null member filters nothing.</summary>
[GenerateSerializer, Immutable, Alias("granary.payment-query")]
public sealed record PaymentQuery
{
    /// <summary>Maximum number of payments on the page, at least 1.</summary>
    [Id(0)] public required int Limit { get; init; }

    /// <summary>Whether an operator must look at it.</summary>
    [Id(1)] public bool? NeedsAttention { get; init; }

    [Id(2)] public PaymentStatus? Status { get; init; }

    /// <summary>The last payment of the previous page.</summary>
    [Id(3)] public PaymentPlace? After { get; init; }
}

/// <summary>A payment's place in the list.</summary>
[GenerateSerializer, Immutable, Alias("granary.payment-place")]
public readonly record struct PaymentPlace([property: Id(0)] DateTimeOffset CreatedAt, [property: Id(1)] string Payment);

/// <summary>A page of payments, newest first.</summary>
/// <param name="Next">Where the next page begins; null on the last page.</param>
[GenerateSerializer, Immutable, Alias("granary.payment-page")]
public sealed record PaymentPage([property: Id(0)] IReadOnlyList<Payment> Payments, [property: Id(1)] PaymentPlace? Next);

/// <summary>What the nightly comparison with the provider's list has found. See <c>docs/payments.md</c>.</summary>
[GenerateSerializer, Immutable, Alias("granary.payment-reconciliation")]
public sealed record PaymentReconciliation
{
    /// <summary>So many differences are kept one by one.</summary>
    public const int MostDifferences = 200;

    /// <summary>When it was made.</summary>
    [Id(0)] public required DateTimeOffset At { get; init; }

    /// <summary>The first moment that was compared.</summary>
    [Id(1)] public required DateTimeOffset From { get; init; }

    /// <summary>The moment up to which was compared.</summary>
    [Id(2)] public required DateTimeOffset To { get; init; }

    [Id(3)] public required string Provider { get; init; }

    /// <summary>Operations that both have alike.</summary>
    [Id(4)] public required int Matched { get; init; }

    /// <summary>Operations that neither has concluded.</summary>
    [Id(5)] public required int OnTheirWay { get; init; }

    /// <summary>Operations in the provider's list that are not of this shop.</summary>
    [Id(6)] public required int Foreign { get; init; }

    /// <summary>How many differences there are of each kind.</summary>
    [Id(7)] public required IReadOnlyDictionary<string, int> Kinds { get; init; }

    /// <summary>The differences, up to <see cref="MostDifferences"/>.</summary>
    [Id(8)] public required IReadOnlyList<PaymentDifference> Differences { get; init; }
}

/// <summary>A difference between the provider's list and the journal. Amounts are minor units.</summary>
/// <param name="Kind">Such as <c>missing_here</c>.</param>
/// <param name="Operation">Such as <c>capture</c>.</param>
/// <param name="Key">The operation's key; null where the provider has none for it.</param>
/// <param name="Here">What the journal has; null for nothing.</param>
/// <param name="There">What the provider has; null for nothing.</param>
/// <param name="Action">What was done about it: <c>asked</c>, <c>given_back</c> or <c>left_to_operator</c>.</param>
[GenerateSerializer, Immutable, Alias("granary.payment-difference")]
public sealed record PaymentDifference(
    [property: Id(0)] string Kind,
    [property: Id(1)] string Payment,
    [property: Id(2)] string Operation,
    [property: Id(3)] string? Key,
    [property: Id(4)] long? Here,
    [property: Id(5)] long? There,
    [property: Id(6)] string Action);
