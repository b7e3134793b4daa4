using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;

namespace Granary.Programs.Tests.Operator;

/// <summary>What the deployment controller of Kubernetes does about the pods of one deployment, as far as the operator depends on it.</summary>
internal static class DeploymentRules
{
    private const string HashLabel = "pod-template-hash";

    /// <summary>Decides which pods to create and delete now, and the status.</summary>
    public static (int Create, IReadOnlyList<V1Pod> Delete, V1DeploymentStatus Status) Sync(
        V1Deployment deployment, IEnumerable<V1Pod> pods, Func<V1Pod, bool> isAvailable)
    {
        var hash = HashOf(deployment.Spec.Template);
        var live = pods.Where(pod => pod.Metadata.DeletionTimestamp is null).ToList();
        var (current, old) = (live.Where(pod => pod.Metadata.Labels[HashLabel] == hash).ToList(), live.Where(pod => pod.Metadata.Labels[HashLabel] != hash).ToList());
        var replicas = deployment.Spec.Replicas ?? 1;
        var rolling = deployment.Spec.Strategy.RollingUpdate;
        var (surge, unavailable) = (int.Parse(rolling.MaxSurge.Value), int.Parse(rolling.MaxUnavailable.Value));
        var leastAvailable = replicas - unavailable;
        var create = Math.Clamp(replicas + surge - live.Count, 0, Math.Max(0, replicas - current.Count));

        // Pods that are not available go first, then the youngest.
        var delete = current.OrderBy(isAvailable).ThenByDescending(pod => pod.Metadata.CreationTimestamp).Take(Math.Max(0, current.Count - replicas)).ToList();
        var spare = live.Count - delete.Count - leastAvailable - current.Except(delete).Count(pod => !isAvailable(pod));
        var broken = old.Where(pod => !isAvailable(pod)).Take(Math.Max(0, spare)).ToList();
        var available = live.Except(delete).Except(broken).Count(isAvailable);
        delete.AddRange(broken);
        delete.AddRange(old.Except(broken).Where(isAvailable).Take(Math.Max(0, Math.Min(available - leastAvailable, spare - broken.Count))));
        return (create, delete, new()
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = live.Count,
            UpdatedReplicas = current.Count,
            ReadyReplicas = live.Count(IsReady),
            AvailableReplicas = live.Count(isAvailable),
        });
    }

    /// <summary>A pod of the present template, not ready.</summary>
    public static V1Pod NewPod(V1Deployment deployment, string name, DateTime now)
    {
        var template = KubernetesJson.Deserialize<V1PodTemplateSpec>(KubernetesJson.Serialize(deployment.Spec.Template));
        template.Metadata.Labels[HashLabel] = HashOf(deployment.Spec.Template);
        return new()
        {
            ApiVersion = "v1",
            Kind = V1Pod.KubeKind,
            Metadata = new()
            {
                Name = name,
                NamespaceProperty = deployment.Namespace(),
                Labels = template.Metadata.Labels,
                Annotations = template.Metadata.Annotations,
                CreationTimestamp = now,
                OwnerReferences = [new V1OwnerReference { ApiVersion = "apps/v1", Kind = V1Deployment.KubeKind, Name = deployment.Name(), Uid = deployment.Uid() ?? "" }],
            },
            Spec = template.Spec,
            Status = new() { Phase = "Pending" },
        };
    }

    public static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) is true;

    public static void SetReady(V1Pod pod, bool isReady, DateTime now)
    {
        if (IsReady(pod) != isReady)
        {
            pod.Status = new()
            {
                Phase = "Running",
                PodIP = "127.0.0.1",
                Conditions = [new V1PodCondition { Type = "Ready", Status = isReady ? "True" : "False", LastTransitionTime = now }],
            };
        }
    }

    private static string HashOf(V1PodTemplateSpec template) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(KubernetesJson.Serialize(template))))[..10];
}
