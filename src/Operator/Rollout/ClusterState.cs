using k8s.Models;

namespace Granary.Operator.Rollout;

/// <summary>What the operator saw of a cluster: all that a plan is made from, besides the wanted cluster and the time.</summary>
internal sealed record ClusterState(V1Deployment? Silos, V1Deployment? FrontEnds, IReadOnlyList<V1Pod> Pods)
{
    public static ClusterState Empty { get; } = new(null, null, []);

    /// <summary>Sorts deployments and pods of a namespace by their names and labels.</summary>
    public static ClusterState Of(IEnumerable<V1Deployment> deployments, IEnumerable<V1Pod> pods)
    {
        var byName = deployments.ToDictionary(deployment => deployment.Name());
        return new(byName.GetValueOrDefault(ClusterObjects.SiloName), byName.GetValueOrDefault(ClusterObjects.FrontEndName), [.. pods]);
    }
}
