using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.BackOffice;

/// <summary>What one silo has done in the last minute, and what it makes of the payment provider. The key is the silo's address.</summary>
[Alias("granary.silo-figures-grain"), Version(1)]
public interface ISiloFiguresGrain : IGrainWithStringKey
{
    /// <summary>The figures.</summary>
    [Alias("read"), Idempotent]
    Task<SiloFigures> Read();
}

/// <summary>What one silo has done in the last minute.</summary>
/// <param name="Silo">The silo's address.</param>
/// <param name="Placements">How many orders it placed, by the class of the time that each took.</param>
/// <param name="Deducted">Reservations of stock that succeeded.</param>
/// <param name="Refused">Reservations of stock that failed.</param>
/// <param name="Breakers">By class of calls to the payment provider, the word for the state of its breaker; empty without a provider.</param>
[GenerateSerializer, Immutable, Alias("granary.silo-figures")]
public sealed record SiloFigures(
    [property: Id(0)] string Silo,
    [property: Id(1)] IReadOnlyDictionary<int, long> Placements,
    [property: Id(2)] long Deducted,
    [property: Id(3)] long Refused,
    [property: Id(4)] IReadOnlyDictionary<string, string> Breakers);
