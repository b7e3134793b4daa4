using k8s.Models;

namespace Granary.Operator.Rollout;

/// <summary>Writes the status of a cluster. A condition keeps the time of its last change until its status changes again.</summary>
internal sealed class StatusReport(GranaryCluster cluster, Component silos, Component frontEnds, DateTime now)
{
    public GranaryClusterStatus UpToDate() => Of((false, "UpToDate", "Everything is as wanted."), NotDegraded);

    /// <param name="late">Pods that have missed their deadline: a step on the way does not make the cluster sound.</param>
    public GranaryClusterStatus Progressing(string reason, string message, IReadOnlyList<V1Pod> late) =>
        Of((true, reason, message), late.Count == 0 ? NotDegraded : Late(late));

    public GranaryClusterStatus Halted(IReadOnlyList<V1Pod> late) =>
        Of((false, "Halted", "The operator waits until these pods are ready or another version is wanted."), Late(late));

    public GranaryClusterStatus Invalid(string message) => Of((false, "Halted", message), (true, "InvalidSpec", message));

    private static (bool, string, string) NotDegraded => (false, "AsWanted", "No pod has missed its deadline.");

    private static (bool, string, string) Late(IReadOnlyList<V1Pod> late) =>
        (true, "PodNotReady", $"Not ready within the deadline: {string.Join(", ", late.Select(pod => pod.Name()).Order(StringComparer.Ordinal))}.");

    private GranaryClusterStatus Of((bool Is, string Reason, string Message) progressing, (bool Is, string Reason, string Message) degraded)
    {
        var versions = silos.Versions.Concat(frontEnds.Versions).Distinct().ToList();
        var (wanted, slack) = (cluster.Spec, cluster.Spec.UpdateStrategy.MaxUnavailable);
        var isReady = silos.Ready >= Math.Max(1, wanted.Replicas - slack) && frontEnds.Ready >= Math.Max(1, wanted.FrontEndReplicas - slack);
        var counts = $"{silos.Ready} of {wanted.Replicas} silos and {frontEnds.Ready} of at least {wanted.FrontEndReplicas} front ends are ready.";
        return new()
        {
            ObservedGeneration = Generation,
            Version = versions is [var version] ? version : cluster.Status?.Version,
            ReadySilos = silos.Ready,
            ReadyFrontEnds = frontEnds.Ready,
            Conditions =
            [
                Condition(ClusterCondition.Ready, (isReady, isReady ? "Serving" : "TooFewPods", counts)),
                Condition(ClusterCondition.Progressing, progressing),
                Condition(ClusterCondition.Degraded, degraded),
            ],
        };
    }

    private long Generation => cluster.Metadata.Generation ?? 0;

    private ClusterCondition Condition(string type, (bool Is, string Reason, string Message) value)
    {
        var status = value.Is ? ClusterCondition.True : "False";
        var before = cluster.Status?.Conditions.FirstOrDefault(condition => condition.Type == type);
        return new()
        {
            Type = type,
            Status = status,
            Reason = value.Reason,
            Message = value.Message,
            ObservedGeneration = Generation,
            LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now,
        };
    }
}
