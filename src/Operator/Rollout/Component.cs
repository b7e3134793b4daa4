using k8s.Models;

namespace Granary.Operator.Rollout;

/// <summary>Silos or front ends: what is wanted beside what is there.</summary>
internal sealed class Component
{
    private readonly IReadOnlyList<V1Pod> _pods;

    public Component(string name, V1Deployment wanted, V1Deployment? observed, IEnumerable<V1Pod> pods)
    {
        (Name, Wanted, Observed) = (name, wanted, observed);
        _pods = [.. pods.Where(pod => wanted.Spec.Selector.MatchLabels.All(
            label => pod.Metadata.Labels?.TryGetValue(label.Key, out var value) is true && value == label.Value))];
    }

    /// <summary>In the plural, for messages.</summary>
    public string Name { get; }

    public V1Deployment Wanted { get; }

    public V1Deployment? Observed { get; }

    /// <summary>How many pods the deployment asks for.</summary>
    public int Replicas => Observed?.Spec.Replicas ?? 1;

    /// <summary>Pods that are ready and were not told to end.</summary>
    public int Ready => _pods.Count(pod => IsReady(pod) && !IsTerminating(pod));

    /// <summary>Pods that were told to end and drain.</summary>
    public int Terminating => _pods.Count(IsTerminating);

    /// <summary>The versions of the pods that run, those that drain included.</summary>
    public IEnumerable<string> Versions => _pods.Select(pod => ClusterObjects.VersionOf(pod.Spec));

    /// <summary>Whether a pod runs, or the deployment makes pods, of a version after this one.</summary>
    public bool HasLaterThan(ReleaseVersion wanted) => Versions
        .Concat(Observed is { } deployment ? [ClusterObjects.VersionOf(deployment.Spec.Template.Spec)] : [])
        .Any(text => ReleaseVersion.TryParse(text, out var version) && version > wanted);

    /// <summary>Whether the deployment is as wanted. Its pods may not be yet.</summary>
    public bool IsApplied => Observed is not null && Coverage.Covers(Observed, Wanted);

    /// <summary>
    /// Whether the deployment has come to rest: it has the pods that it asks for, all of its present template, all available, and no
    /// other pod drains. A silo is ready when it is a member of the cluster, and leaves the membership before it ends, so silos that
    /// have come to rest are a membership that has.
    /// </summary>
    /// <remarks>
    /// Deployment and pods are watched separately, and either may be the older. So both must say the same, and every pod is compared
    /// with the template.
    /// </remarks>
    public bool IsAtRest => Observed is { Status: { } status } deployment
        && status.ObservedGeneration >= deployment.Metadata.Generation
        && (status.Replicas ?? 0) == Replicas
        && (status.UpdatedReplicas ?? 0) == Replicas
        && (status.AvailableReplicas ?? 0) == Replicas
        && _pods.Count == Replicas
        && _pods.All(pod => IsReady(pod) && !IsTerminating(pod) && IsOf(pod, deployment.Spec.Template));

    /// <summary>When each pod that is not ready has to be.</summary>
    public IEnumerable<(V1Pod Pod, DateTime Due)> Deadlines(TimeSpan deadline) => _pods
        .Where(pod => !IsTerminating(pod) && !IsReady(pod))
        .Select(pod => (pod, (NotReadySince(pod) ?? DateTime.MaxValue - deadline) + deadline));

    private static bool IsTerminating(V1Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    private static bool IsReady(V1Pod pod) => ReadyCondition(pod) is { Status: "True" };

    private static bool IsOf(V1Pod pod, V1PodTemplateSpec template) =>
        pod.Spec.Containers[0].Image == template.Spec.Containers[0].Image && SettingsOf(pod.Metadata) == SettingsOf(template.Metadata);

    private static string? SettingsOf(V1ObjectMeta metadata) => metadata.Annotations?.TryGetValue(ClusterObjects.SettingsAnnotation, out var digest) is true ? digest : null;

    private static DateTime? NotReadySince(V1Pod pod) => ReadyCondition(pod)?.LastTransitionTime ?? pod.Metadata.CreationTimestamp;

    private static V1PodCondition? ReadyCondition(V1Pod pod) => pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready");
}
