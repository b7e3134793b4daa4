using Granary.Grains.Interfaces.Orders;
using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Stock;

/// <summary>One product and its stock, keyed by SKU.</summary>
[Alias("granary.stock-grain"), Version(1)]
public interface IStockGrain : IGrainWithStringKey
{
    /// <summary>Creates or changes the product. Repeating it changes nothing.</summary>
    [Alias("define"), Idempotent]
    Task<ProductReply> Define(DefineProduct command);

    /// <summary>The product, or <see cref="UnknownProduct"/>.</summary>
    [Alias("product"), Idempotent]
    Task<ProductReply> GetProduct();

    /// <summary>The stock level, or <see cref="UnknownProduct"/>.</summary>
    [Alias("level"), Idempotent]
    Task<StockReply> GetLevel();

    /// <summary>Moves the stock on hand up or down, never below what is reserved. Idempotent by key.</summary>
    [Alias("adjust"), Idempotent]
    Task<StockReply> Adjust(AdjustStock command);

    /// <summary>Reserves units for one attempt of an order, at a price the order has seen. Idempotent by (order, attempt).</summary>
    [Alias("reserve"), Idempotent]
    Task<ReserveReply> Reserve(ReserveStock command);

    /// <summary>Gives back what one attempt reserved. Idempotent.</summary>
    [Alias("release"), Idempotent]
    Task Release(string orderId, long attempt);

    /// <summary>Brings what is kept for an order in step with what the order has decided. Idempotent; stale verdicts are ignored.</summary>
    [Alias("align")]
    Task Align(OrderStanding standing);
}
