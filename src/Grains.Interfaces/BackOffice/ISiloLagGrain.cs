using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.BackOffice;

/// <summary>What one silo knows of the consumers that run on it. The key is the silo's address.</summary>
[Alias("granary.silo-lag-grain"), Version(1)]
public interface ISiloLagGrain : IGrainWithStringKey
{
    /// <summary>By consumer, how many seconds its slowest partition on the silo is behind the journal.</summary>
    [Alias("lags"), Idempotent]
    Task<IReadOnlyDictionary<string, double>> Lags();
}
