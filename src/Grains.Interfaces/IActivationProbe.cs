using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces;

/// <summary>A grain without state. That a new one answers shows that its silo can activate grains.</summary>
[Alias("granary.activation-probe"), Version(1)]
public interface IActivationProbe : IGrainWithGuidKey
{
    /// <summary>Answers, and ends the activation.</summary>
    [Alias("answer"), Idempotent]
    Task Answer();
}
