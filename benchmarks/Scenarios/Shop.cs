namespace Granary.Load;

/// <summary>How callers authenticate.</summary>
public enum AuthMode
{
    /// <summary>No authentication: <c>user_id</c> in the body names the buyer (the baselines).</summary>
    None,

    /// <summary>One bearer token per caller.</summary>
    Bearer,
}

/// <summary>A caller of the API.</summary>
/// <param name="UserId">The user's id.</param>
/// <param name="Token">Bearer token, or null without authentication.</param>
public sealed record Shopper(string UserId, string? Token);

/// <summary>The users and products that a scenario needs before it starts.</summary>
/// <param name="Users">Customers with money.</param>
/// <param name="Products">Products on sale, <c>sku-1</c> onwards.</param>
public sealed record ShopPlan(int Users = 256, int Products = 1_000)
{
    /// <summary>Units of each product.</summary>
    public long UnitsPerProduct { get; init; } = 1_000_000_000;

    /// <summary>Money of each customer, in minor units.</summary>
    public long Deposit { get; init; } = 1_000_000_000_000;

    /// <summary>Price of one unit, in minor units.</summary>
    public long Price { get; init; } = 1_999;

    /// <summary>Prefix of the SKUs; a scenario that must start with untouched stock uses its own prefix.</summary>
    public string SkuPrefix { get; init; } = "sku-";

    /// <summary>Prefix of the user names.</summary>
    public string UserPrefix { get; init; } = "load-";
}

/// <summary>A shop that has been set up.</summary>
/// <param name="Client">The API.</param>
/// <param name="Staff">An administrator, who also works in the warehouse.</param>
/// <param name="Shoppers">The customers.</param>
/// <param name="Skus">The SKUs on sale.</param>
public sealed record Shop(ShopClient Client, Shopper Staff, IReadOnlyList<Shopper> Shoppers, IReadOnlyList<string> Skus)
{
    /// <summary>Distinguishes this run's idempotency keys from those of any other run.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("n")[..12];
}
