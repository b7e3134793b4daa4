namespace Granary.Grains.Interfaces.Orders;

public partial interface IOrderGrain
{
    /// <summary>What the next version adds: how many units the order has, and the silo that counted them.</summary>
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
    /// <summary>What the next version adds to every order that it sends, to readers of the previous one too.</summary>
    [Id(15)] public string Origin { get; init; } = "the next version";
}
