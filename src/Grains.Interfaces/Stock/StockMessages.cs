namespace Granary.Grains.Interfaces.Stock;

/// <summary>The desired definition of a product.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">Longer text, or null.</param>
/// <param name="Price">Price of one unit in minor units, at least 0.</param>
/// <param name="Status">The desired status, or null to keep the current one (<c>active</c> for a new product).</param>
/// <param name="Condition">The conditions of the caller on <see cref="Product.Revision"/>; null without any.</param>
[GenerateSerializer, Immutable, Alias("granary.define-product")]
public sealed record DefineProduct(
    [property: Id(0)] string Name,
    [property: Id(1)] string? Description,
    [property: Id(2)] long Price,
    [property: Id(3)] StockStatus? Status,
    [property: Id(4)] string By,
    [property: Id(5)] Precondition? Condition = null) : IRepeatable
{
    /// <summary>A definition under a condition cannot be repeated: its own effect may break the condition.</summary>
    public bool IsRepeatable => Condition is null;
}

/// <summary>Moves stock on hand.</summary>
/// <param name="Quantity">Units to add; negative removes units.</param>
/// <param name="Reason">The reason, for the record.</param>
/// <param name="Key">The idempotency key, or null.</param>
[GenerateSerializer, Immutable, Alias("granary.adjust-stock")]
public sealed record AdjustStock(
    [property: Id(0)] long Quantity,
    [property: Id(1)] string? Reason,
    [property: Id(2)] string? Key,
    [property: Id(3)] string By) : IRepeatable
{
    /// <summary>Only a command with a key can be repeated.</summary>
    public bool IsRepeatable => Key is not null;
}

/// <summary>Reserves units for one attempt of an order.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">The attempt at placing or amending it.</param>
/// <param name="Quantity">Units, at least 1.</param>
/// <param name="ExpectedPrice">The price that the order was computed with, in minor units; null accepts any price.</param>
/// <param name="UserId">The user whose order it is; null from a silo of release 0.1.0, and then no limit applies.</param>
[GenerateSerializer, Immutable, Alias("granary.reserve-stock")]
public sealed record ReserveStock(
    [property: Id(0)] string OrderId,
    [property: Id(1)] long Attempt,
    [property: Id(2)] long Quantity,
    [property: Id(3)] long? ExpectedPrice,
    [property: Id(4)] string? UserId = null)
{
    /// <summary>
    /// The commit group of the order that is being placed. It does not travel: null on another silo, and where the caller relies
    /// on the reservation only when that is durable.
    /// </summary>
    [field: NonSerialized]
    public ICommitGroup? Group { get; init; }

    /// <summary>The variant of the settings that the order is under; null for none.</summary>
    [Id(5)] public string? SettingsVariant { get; init; }
}

/// <summary>The answer to <see cref="ReserveStock"/>.</summary>
/// <param name="Result">Whether the units are reserved.</param>
/// <param name="Name">The product's name, if known.</param>
/// <param name="Price">The product's current price in minor units, if known.</param>
/// <param name="Available">Units that remain free, or that were free when the reservation was refused.</param>
/// <param name="Contended">
/// The reservation was refused only because of units that other attempts at the same order have reserved.
/// </param>
/// <param name="Limit">The most units that the unpaid orders of one user may hold, where that is why nothing is reserved.</param>
[GenerateSerializer, Immutable, Alias("granary.reserve-reply")]
public sealed record ReserveReply(
    [property: Id(0)] ReserveResult Result,
    [property: Id(1)] string? Name = null,
    [property: Id(2)] long Price = 0,
    [property: Id(3)] long Available = 0,
    [property: Id(4)] bool Contended = false,
    [property: Id(5)] long Limit = 0);

/// <summary>The result of a reservation.</summary>
public enum ReserveResult
{
    Reserved,

    /// <summary>Fewer units are available than requested.</summary>
    Insufficient,

    /// <summary>The product does not exist.</summary>
    Unknown,

    /// <summary>The product is suspended or discontinued.</summary>
    NotForSale,

    /// <summary>The price differs from the expected one; nothing was reserved.</summary>
    PriceChanged,

    /// <summary>The user's unpaid orders would hold more units than one user's may.</summary>
    TooManyUnits,
}

/// <summary>A product as buyers see it.</summary>
/// <param name="Version">Grows with every event of the stock item, sales included.</param>
/// <param name="Revision">
/// Grows with name, description, price and status alone; 0 from a silo of release 0.1.0, which does not tell it.
/// </param>
[GenerateSerializer, Immutable, Alias("granary.product")]
public sealed record Product(
    [property: Id(0)] string Sku,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Description,
    [property: Id(3)] long Price,
    [property: Id(4)] StockStatus Status,
    [property: Id(5)] long Available,
    [property: Id(6)] long Version,
    [property: Id(7)] long Revision = 0);

/// <summary>A product, or why there is none.</summary>
[GenerateSerializer, Immutable, Alias("granary.product-reply")]
public sealed record ProductReply(
    [property: Id(0)] Product? Product,
    [property: Id(1)] Refusal? Refusal = null,
    [property: Id(2)] bool Created = false);

/// <summary>A stock level in units. <c>received = on_hand + sold</c> and <c>available = on_hand − reserved</c>.</summary>
[GenerateSerializer, Immutable, Alias("granary.stock-level")]
public sealed record StockLevel(
    [property: Id(0)] string Sku,
    [property: Id(1)] long OnHand,
    [property: Id(2)] long Reserved,
    [property: Id(3)] long Available,
    [property: Id(4)] long Sold,
    [property: Id(5)] long Received,
    [property: Id(6)] long Version);

/// <summary>A stock level, or why there is none.</summary>
[GenerateSerializer, Immutable, Alias("granary.stock-reply")]
public sealed record StockReply(
    [property: Id(0)] StockLevel? Level,
    [property: Id(1)] Refusal? Refusal = null,
    [property: Id(2)] bool Replayed = false);

/// <summary>Whether a product is for sale.</summary>
public enum StockStatus
{
    /// <summary>The product was never defined.</summary>
    None,
    Active,

    /// <summary>Not for sale for now; existing reservations remain.</summary>
    Suspended,

    /// <summary>Never for sale again.</summary>
    Discontinued,
}
