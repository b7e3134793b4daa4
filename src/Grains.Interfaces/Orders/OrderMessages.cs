
namespace Granary.Grains.Interfaces.Orders;

/// <summary>A request to place an order. Prices are not in it: they come from the stock items.</summary>
[GenerateSerializer, Immutable, Alias("granary.place-order")]
public sealed record PlaceOrder
{
    /// <summary>The user who pays.</summary>
    [Id(0)] public required string UserId { get; init; }

    /// <summary>What is ordered; SKUs are unique.</summary>
    [Id(1)] public required IReadOnlyList<RequestedLine> Lines { get; init; }

    [Id(2)] public Address? ShippingAddress { get; init; }

    [Id(3)] public string? Note { get; init; }

    /// <summary>Who asks: a user id, for the timeline.</summary>
    [Id(4)] public required string By { get; init; }

    /// <summary>
    /// Hash of the request under its idempotency key, or null when the id is fresh and no earlier order can exist under it.
    /// </summary>
    [Id(5)] public string? Fingerprint { get; init; }
}

/// <summary>One line as asked for.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Quantity">Units, at least 1.</param>
[GenerateSerializer, Immutable, Alias("granary.requested-line")]
public readonly record struct RequestedLine([property: Id(0)] string Sku, [property: Id(1)] long Quantity);

/// <summary>Who asks for a change of an order, and under which conditions.</summary>
/// <param name="By">The acting user's id, for the timeline.</param>
/// <param name="Owner">The user who must own the order, or null for staff; another's order does not exist for them.</param>
/// <param name="ExpectedVersion">The version the caller has seen, or null for any.</param>
[GenerateSerializer, Immutable, Alias("granary.order-command")]
public sealed record OrderCommand(
    [property: Id(0)] string By,
    [property: Id(1)] string? Owner = null,
    [property: Id(2)] long? ExpectedVersion = null) : IRepeatable
{
    /// <summary>Its own effect would make a repetition look stale.</summary>
    public bool IsRepeatable => ExpectedVersion is null;
}

/// <summary>What to change in a pending order. A null member stays as it is.</summary>
[GenerateSerializer, Immutable, Alias("granary.order-amendment")]
public sealed record OrderAmendment(
    [property: Id(0)] IReadOnlyList<RequestedLine>? Lines,
    [property: Id(1)] Address? ShippingAddress,
    [property: Id(2)] string? Note);

/// <summary>The answer of an order: the order, or why not.</summary>
/// <param name="Order">The order as it is durable; null when refused.</param>
/// <param name="Refusal">Why the command was not carried out; null when it was.</param>
/// <param name="Replayed">The order existed before this call and the call repeated the one that made it.</param>
[GenerateSerializer, Immutable, Alias("granary.order-reply")]
public sealed record OrderReply(
    [property: Id(0)] Order? Order,
    [property: Id(1)] Refusal? Refusal = null,
    [property: Id(2)] bool Replayed = false)
{
    public static implicit operator OrderReply(Refusal refusal) => new(null, refusal);

    public static OrderReply FromRefusal(Refusal refusal) => new(null, refusal);
}
