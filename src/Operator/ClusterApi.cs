using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Granary.Operator;

/// <summary>The calls of the Kubernetes API that the operator makes. <c>k8s/operator/rbac.yaml</c> allows these and no other.</summary>
internal sealed class ClusterApi(IKubernetes client, string space)
{
    private const string Manager = "granary-operator";

    // The API server ends a watch after this time, so that one whose connection was lost without notice does not last.
    private const int WatchSeconds = 300;

    public ResourceWatch<GranaryCluster> WatchClusters(Action changed, ILogger logger) => new(
        GranaryCluster.Plural,
        async cancellationToken =>
        {
            var list = await client.CustomObjects.ListNamespacedCustomObjectAsync<ClusterList>(
                GranaryCluster.Api, GranaryCluster.Version, space, GranaryCluster.Plural, cancellationToken: cancellationToken);
            return (list.Items, list.Metadata.ResourceVersion);
        },
        (version, onError, cancellationToken) => client.CustomObjects.WatchListNamespacedCustomObjectAsync(
            GranaryCluster.Api, GranaryCluster.Version, space, GranaryCluster.Plural, resourceVersion: version, timeoutSeconds: WatchSeconds,
            onError: onError, cancellationToken: cancellationToken)
            .Select(change => (change.Item1, KubernetesJson.Deserialize<GranaryCluster>(((JsonElement)change.Item2).GetRawText()))),
        changed,
        logger);

    public ResourceWatch<V1Deployment> WatchDeployments(Action changed, ILogger logger) => new(
        "deployments",
        async cancellationToken =>
        {
            var list = await client.AppsV1.ListNamespacedDeploymentAsync(space, labelSelector: ClusterObjects.Selector, cancellationToken: cancellationToken);
            return (list.Items, list.ResourceVersion());
        },
        (version, onError, cancellationToken) => client.AppsV1.WatchListNamespacedDeploymentAsync(
            space, labelSelector: ClusterObjects.Selector, resourceVersion: version, timeoutSeconds: WatchSeconds, onError: onError, cancellationToken: cancellationToken),
        changed,
        logger);

    public ResourceWatch<V1Pod> WatchPods(Action changed, ILogger logger) => new(
        "pods",
        async cancellationToken =>
        {
            var list = await client.CoreV1.ListNamespacedPodAsync(space, labelSelector: ClusterObjects.Selector, cancellationToken: cancellationToken);
            return (list.Items, list.ResourceVersion());
        },
        (version, onError, cancellationToken) => client.CoreV1.WatchListNamespacedPodAsync(
            space, labelSelector: ClusterObjects.Selector, resourceVersion: version, timeoutSeconds: WatchSeconds, onError: onError, cancellationToken: cancellationToken),
        changed,
        logger);

    /// <summary>Server-side apply: creates the object, or sets and takes away the fields that the operator manages.</summary>
    /// <param name="document">The object; with a resource version, the call fails with 409 if the object has changed since.</param>
    public Task ApplyAsync(IKubernetesObject<V1ObjectMeta> document, CancellationToken cancellationToken) => document switch
    {
        V1Deployment => client.AppsV1.PatchNamespacedDeploymentAsync(
            Patch(document), document.Name(), space, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
        V1ConfigMap => client.CoreV1.PatchNamespacedConfigMapAsync(
            Patch(document), document.Name(), space, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
        V1Service => client.CoreV1.PatchNamespacedServiceAsync(
            Patch(document), document.Name(), space, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
        V1PodDisruptionBudget => client.PolicyV1.PatchNamespacedPodDisruptionBudgetAsync(
            Patch(document), document.Name(), space, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
        V1NetworkPolicy => client.NetworkingV1.PatchNamespacedNetworkPolicyAsync(
            Patch(document), document.Name(), space, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
        V2HorizontalPodAutoscaler => client.AutoscalingV2.PatchNamespacedHorizontalPodAutoscalerAsync(
            Patch(document), document.Name(), space, fieldManager: Manager, force: true, cancellationToken: cancellationToken),
        _ => throw new ArgumentException($"The operator applies no {document.Kind}.", nameof(document)),
    };

    public Task WriteStatusAsync(GranaryCluster cluster, GranaryClusterStatus status, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = cluster.ApiVersion,
            ["kind"] = cluster.Kind,
            ["metadata"] = new JsonObject { ["name"] = cluster.Name() },
            ["status"] = JsonNode.Parse(KubernetesJson.Serialize(status)),
        };
        return client.CustomObjects.PatchNamespacedCustomObjectStatusAsync(
            Patch(body), GranaryCluster.Api, GranaryCluster.Version, space, GranaryCluster.Plural, cluster.Name(),
            fieldManager: Manager, force: true, cancellationToken: cancellationToken);
    }

    private static V1Patch Patch(object document) => new(document, V1Patch.PatchType.ApplyPatch);

    private sealed class ClusterList
    {
        public V1ListMeta Metadata { get; set; } = new();

        public IReadOnlyList<GranaryCluster> Items { get; set; } = [];
    }
}
