using k8s.Models;

namespace Granary.Operator.Rollout;

/// <summary>What to do next, and what to tell.</summary>
/// <param name="Step">The one deployment to apply now; null is to wait.</param>
/// <param name="Status">The status of the cluster.</param>
/// <param name="LookAgainAt">When time alone changes the plan.</param>
internal sealed record Plan(V1Deployment? Step, GranaryClusterStatus Status, DateTime? LookAgainAt)
{
    /// <summary>Whether what is wanted cannot be: nothing is applied then.</summary>
    public bool IsInvalid { get; init; }
}
