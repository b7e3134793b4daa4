namespace Granary.Client;

/// <summary>The desired definition of a product.</summary>
/// <param name="Status">
/// <c>active</c>, <c>suspended</c> or <c>discontinued</c>; null keeps the current status and makes a new product active.
/// </param>
public sealed record ProductDefinition(string Name, Money Price, string? Description = null, string? Status = null);

/// <summary>A product as buyers see it.</summary>
/// <param name="Available">Units that can be ordered now.</param>
public sealed record Product(string Sku, string Name, string? Description, Money Price, string Status, long Available);

/// <summary>A stock level in units.</summary>
public sealed record StockLevel(string Sku, long OnHand, long Reserved, long Available, long Sold, long Received);
