namespace Granary.Grains.Interfaces.Orders;

public partial interface IOrderGrain
{
    /// <summary>The addition of the next version: how many units the order has, and the silo that counted them.</summary>
    [Alias("count-units"), Idempotent]
    Task<UnitCount> CountUnits();
}

/// <summary>A message that only the next version knows.</summary>
/// <param name="Units">Over all lines.</param>
/// <param name="Silo">The silo that counted.</param>
[GenerateSerializer, Immutable, Alias("granary.unit-count")]
public sealed record UnitCount([property: Id(0)] long Units, [property: Id(1)] string Silo);

public sealed partial record Order
{
    /// <summary>
    /// The next version adds this to every order that it sends, even to readers of the previous version. Its id is far above those in use, so
    /// that no later member of the product takes the same one.
    /// </summary>
    [Id(1_000)] public string Origin { get; init; } = "the next version";
}
