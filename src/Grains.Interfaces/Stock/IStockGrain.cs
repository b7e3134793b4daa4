using Granary.Grains.Interfaces.Orders;
using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Stock;

/// <summary>One product and its stock, keyed by SKU.</summary>
[Alias("granary.stock-grain"), Version(1)]
public interface IStockGrain : IGrainWithStringKey
{
    /// <summary>Creates or changes the product. Repeating the call changes nothing.</summary>
    [Alias("define"), Idempotent]
    Task<ProductReply> Define(DefineProduct command);

    /// <summary>The product, or <see cref="UnknownProduct"/>.</summary>
    [Alias("product"), Idempotent]
    Task<ProductReply> GetProduct();

    /// <summary>The stock level, or <see cref="UnknownProduct"/>.</summary>
    [Alias("level"), Idempotent]
    Task<StockReply> GetLevel();

    /// <summary>Moves the stock on hand up or down, never below what is reserved. Idempotent by caller and key.</summary>
    [Alias("adjust"), Idempotent]
    Task<StockReply> Adjust(AdjustStock command);

    /// <summary>
    /// Reserves units for one attempt of an order, at a price that the order has read. Idempotent by (order, attempt).
    /// </summary>
    [Alias("reserve"), Idempotent(LeavesConflicts = true)]
    Task<ReserveReply> Reserve(ReserveStock command);

    /// <summary>Releases the reservation of one attempt. Idempotent.</summary>
    [Alias("release"), Idempotent(LeavesConflicts = true)]
    Task Release(string orderId, long attempt);

    /// <summary>Aligns the records kept for an order with the order's decision. Idempotent; a stale standing is ignored.</summary>
    [Alias("align")]
    Task Align(OrderStanding standing);
}
