namespace Granary.Load;

/// <summary>What one visit does.</summary>
public delegate Task Flow(Visit visit);

/// <summary>Looks at the shop after a run. Says what is wrong, or null.</summary>
public delegate Task<string?> ScenarioCheck(Shop shop, ScenarioTally tally, CancellationToken cancellation);

/// <summary>A flow with the shop it needs, the load it is meant for and what must hold.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Flow">What one visit does.</param>
/// <param name="Plan">What must be in the shop.</param>
/// <param name="Profile">The load unless another is given.</param>
/// <param name="Thresholds">What passes unless other thresholds are given.</param>
public sealed record Scenario(
    string Name, string Summary, Flow Flow, ShopPlan Plan, LoadProfile Profile, IReadOnlyList<Threshold> Thresholds)
{
    /// <summary>Compares the shop with what clients were told, where that can be said.</summary>
    public ScenarioCheck? Check { get; init; }
}

/// <summary>Calls of one step by verdict.</summary>
public readonly record struct StepTally(long Succeeded, long Refused, long Failed)
{
    public long Total => Succeeded + Refused + Failed;
}

/// <summary>Calls by step, over the whole run with its warm-up.</summary>
public sealed record ScenarioTally(IReadOnlyDictionary<string, StepTally> Steps)
{
    public StepTally Of(string step) => Steps.GetValueOrDefault(step);
}
