
namespace Granary.Grains.Interfaces.Orders;

/// <summary>A request to place an order. It contains no prices: they come from the stock items.</summary>
[GenerateSerializer, Immutable, Alias("granary.place-order")]
public sealed record PlaceOrder
{
    /// <summary>The user who pays.</summary>
    [Id(0)] public required string UserId { get; init; }

    /// <summary>The ordered lines; SKUs are unique.</summary>
    [Id(1)] public required IReadOnlyList<RequestedLine> Lines { get; init; }

    [Id(2)] public Address? ShippingAddress { get; init; }

    [Id(3)] public string? Note { get; init; }

    /// <summary>The acting user's id, for the timeline.</summary>
    [Id(4)] public required string By { get; init; }

    /// <summary>
    /// Hash of the request under its idempotency key, or null when the id is new and no earlier order can exist under it.
    /// </summary>
    [Id(5)] public string? Fingerprint { get; init; }

    /// <summary>
    /// What the wallet had available when the request came, in minor units; null when that is not known, and less than 0 where the user
    /// has as many unpaid orders as may be. It decides nothing: an order that costs more asks the wallet before it takes any stock.
    /// </summary>
    [Id(6)] public long? Funds { get; init; }

    /// <summary>The caller's own name of the order, unique among the orders that <see cref="By"/> places; null for none.</summary>
    [Id(7)] public string? ExternalReference { get; init; }

    /// <summary>What the caller keeps with the order; null for nothing.</summary>
    [Id(8)] public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Who pays it; the wallet, where a front end of an earlier release asks.</summary>
    [Id(9)] public PaymentMethod PaymentMethod { get; init; }

    /// <summary>The variant of the settings that it is placed under; null for none.</summary>
    [Id(10)] public string? SettingsVariant { get; init; }

    /// <summary>How long it may stay unpaid, where its variant says so; null where it does not. A silo may not know yet what the variant says.</summary>
    [Id(11)] public TimeSpan? PaymentTimeout { get; init; }
}

/// <summary>One requested line.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Quantity">Units, at least 1.</param>
[GenerateSerializer, Immutable, Alias("granary.requested-line")]
public readonly record struct RequestedLine([property: Id(0)] string Sku, [property: Id(1)] long Quantity);

/// <summary>The acting user and the conditions of a change of an order.</summary>
/// <param name="By">The acting user's id, for the timeline.</param>
/// <param name="Owner">
/// The user who must own the order, or null for staff; an order of another user is reported as not found.
/// </param>
/// <param name="ExpectedVersion">
/// The version that the caller has read, or null for any: the part of <paramref name="Condition"/> that release 0.1.0 knows.
/// </param>
/// <param name="Condition">The conditions of the caller; null where <paramref name="ExpectedVersion"/> says it all.</param>
[GenerateSerializer, Immutable, Alias("granary.order-command")]
public sealed record OrderCommand(
    [property: Id(0)] string By,
    [property: Id(1)] string? Owner = null,
    [property: Id(2)] long? ExpectedVersion = null,
    [property: Id(3)] Precondition? Condition = null) : IRepeatable
{
    /// <summary>
    /// Whether the command must move the order itself: a status that an earlier command has led to is refused, also where that was the
    /// same caller's.
    /// </summary>
    [Id(4)] public bool IsAnew { get; init; }

    /// <summary>The conditions, also of a front end of release 0.1.0.</summary>
    public Precondition Precondition =>
        Condition ?? (ExpectedVersion is { } version ? new Precondition(new VersionSet([version])) : Precondition.None);

    /// <summary>
    /// A command for certain versions, or one that must be new, cannot be repeated: its own effect would make the repetition stale.
    /// </summary>
    public bool IsRepeatable => !IsAnew && !Precondition.NamesVersions;
}

/// <summary>The changes to a pending order. A null member leaves its part unchanged.</summary>
[GenerateSerializer, Immutable, Alias("granary.order-amendment")]
public sealed record OrderAmendment(
    [property: Id(0)] IReadOnlyList<RequestedLine>? Lines,
    [property: Id(1)] Address? ShippingAddress,
    [property: Id(2)] string? Note);

/// <summary>The answer of an order: the order, or a refusal.</summary>
/// <param name="Order">The durable state of the order; null when refused.</param>
/// <param name="Refusal">Why the command was not carried out; null when it was.</param>
/// <param name="Replayed">The order, or the refund, existed before this call, which repeated the call that made it.</param>
[GenerateSerializer, Immutable, Alias("granary.order-reply")]
public sealed record OrderReply(
    [property: Id(0)] Order? Order,
    [property: Id(1)] Refusal? Refusal = null,
    [property: Id(2)] bool Replayed = false)
{
    public static implicit operator OrderReply(Refusal refusal) => new(null, refusal);

    public static OrderReply FromRefusal(Refusal refusal) => new(null, refusal);
}
