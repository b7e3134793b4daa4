namespace Granary.Load;

/// <summary>What one visit does.</summary>
public delegate Task Flow(Visit visit);

/// <summary>Checks the shop after a run. Returns the problem, or null.</summary>
public delegate Task<string?> ScenarioCheck(Shop shop, ScenarioTally tally, CancellationToken cancellation);

/// <summary>A flow with the shop it needs, the load it is meant for and the thresholds that must hold.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Flow">What one visit does.</param>
/// <param name="Plan">The users and products that the shop must have.</param>
/// <param name="Profile">The default load.</param>
/// <param name="Thresholds">The default thresholds.</param>
public sealed record Scenario(
    string Name, string Summary, Flow Flow, ShopPlan Plan, LoadProfile Profile, IReadOnlyList<Threshold> Thresholds)
{
    /// <summary>Compares the shop with the responses that clients got; null if the scenario has no such check.</summary>
    public ScenarioCheck? Check { get; init; }
}

/// <summary>Calls of one step by verdict.</summary>
public readonly record struct StepTally(long Succeeded, long Refused, long Failed)
{
    public long Total => Succeeded + Refused + Failed;
}

/// <summary>Calls by step over the whole run, including the warm-up.</summary>
public sealed record ScenarioTally(IReadOnlyDictionary<string, StepTally> Steps)
{
    public StepTally Of(string step) => Steps.GetValueOrDefault(step);
}
