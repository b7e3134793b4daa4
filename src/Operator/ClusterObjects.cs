using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Granary.Operator;

/// <summary>
/// What a cluster consists of: the objects of <c>k8s/base</c>, which are embedded, with the values of a <see cref="GranaryCluster"/>.
/// A test compares them field by field with what <c>kubectl kustomize k8s/base</c> makes.
/// </summary>
public static class ClusterObjects
{
    public const string SiloName = "granary-silo";

    public const string FrontEndName = "granary-front-end";

    /// <summary>On every object: the digest of what was applied. It shows that a field was taken away.</summary>
    public const string DigestAnnotation = GranaryCluster.Api + "/digest";

    /// <summary>On every pod: the digest of its settings, which processes read when they start. New settings make new pods.</summary>
    public const string SettingsAnnotation = GranaryCluster.Api + "/settings";

    private const string NameLabel = "app.kubernetes.io/name";
    private const string ComponentLabel = "app.kubernetes.io/component";
    private const string PartOfLabel = "app.kubernetes.io/part-of";
    private const string TlsMode = "Granary__Silo__Tls__Mode";

    // The label that kustomization.yaml adds; it also selects what the operator watches.
    public const string PartOf = "granary";

    public const string Selector = $"{PartOfLabel}={PartOf}";

    private static readonly Lazy<List<JsonObject>> Base = new(ReadBase);

    /// <summary>The deployment of silos, with a number of silos.</summary>
    public static V1Deployment Silos(GranaryCluster cluster, int replicas)
    {
        var silos = Deployment(cluster, SiloName);
        silos.Spec.Replicas = replicas;
        return Signed(silos, cluster);
    }

    /// <summary>The deployment of front ends. The autoscaler sets their number.</summary>
    public static V1Deployment FrontEnds(GranaryCluster cluster) => Signed(Deployment(cluster, FrontEndName), cluster);

    /// <summary>Everything that no order governs: settings, service, policies, budgets and the autoscaler.</summary>
    public static IEnumerable<IKubernetesObject<V1ObjectMeta>> Others(GranaryCluster cluster) =>
        Base.Value.Select(Typed).Where(document => document is not V1Deployment).Select(document =>
        {
            switch (document)
            {
                case V1ConfigMap settings:
                    settings.Data = Settings(cluster);
                    break;
                case V2HorizontalPodAutoscaler scaler:
                    scaler.Spec.MinReplicas = cluster.Spec.FrontEndReplicas;
                    scaler.Spec.MaxReplicas = cluster.Spec.FrontEndMaxReplicas ?? Math.Max(scaler.Spec.MaxReplicas, cluster.Spec.FrontEndReplicas);
                    break;
            }

            return Signed(document, cluster);
        });

    /// <summary>The tag of an image, which is the version of a pod.</summary>
    public static string VersionOf(V1PodSpec pod) => pod.Containers[0].Image.Split(':')[^1];

    private static V1Deployment Deployment(GranaryCluster cluster, string name)
    {
        var deployment = Base.Value.Select(Typed).OfType<V1Deployment>().Single(deployment => deployment.Name() == name);
        var spec = cluster.Spec;
        deployment.Spec.Strategy.RollingUpdate.MaxSurge = spec.UpdateStrategy.MaxSurge;
        deployment.Spec.Strategy.RollingUpdate.MaxUnavailable = spec.UpdateStrategy.MaxUnavailable;
        var settings = Settings(cluster);
        var template = deployment.Spec.Template;
        template.EnsureMetadata().EnsureAnnotations()[SettingsAnnotation] = Digest(KubernetesJson.Serialize(settings));
        var container = template.Spec.Containers.Single();
        container.Image = $"{(spec.Registry is null ? "" : spec.Registry.TrimEnd('/') + "/")}{container.Image}:{spec.Version}";
        Refer(container, "ConnectionStrings__Granary", spec.Database);
        Refer(container, "ConnectionStrings__Redis", spec.Redis);

        // A cluster without certificates has no secret with them, and its pods must start all the same.
        if (settings.TryGetValue(TlsMode, out var mode) && mode == "Off")
        {
            template.Spec.Volumes.Single(volume => volume.Name == "tls").Secret.Optional = true;
        }

        return deployment;
    }

    private static void Refer(V1Container container, string variable, SecretReference reference)
    {
        var source = container.Env.Single(entry => entry.Name == variable).ValueFrom.SecretKeyRef;
        (source.Name, source.Key) = (reference.SecretName, reference.Key);
    }

    private static SortedDictionary<string, string> Settings(GranaryCluster cluster)
    {
        var settings = new SortedDictionary<string, string>(
            Base.Value.Select(Typed).OfType<V1ConfigMap>().Single().Data, StringComparer.Ordinal);
        foreach (var (key, value) in cluster.Spec.Settings)
        {
            settings[key] = value;
        }

        return settings;
    }

    /// <summary>Gives an object its namespace, its owner and the digest of its content. Its owner's end is its end.</summary>
    private static T Signed<T>(T document, GranaryCluster cluster)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        document.Metadata.NamespaceProperty = cluster.Namespace();
        document.Metadata.OwnerReferences =
        [
            new V1OwnerReference
            {
                ApiVersion = cluster.ApiVersion, Kind = cluster.Kind, Name = cluster.Name(), Uid = cluster.Uid(), Controller = true,
            },
        ];

        // Without the number of silos: scaling is a step of its own.
        var content = JsonNode.Parse(KubernetesJson.Serialize(document))!;
        (content["spec"] as JsonObject)?.Remove("replicas");
        document.Metadata.EnsureAnnotations()[DigestAnnotation] = Digest(content.ToJsonString());
        return document;
    }

    private static IDictionary<string, string> EnsureAnnotations(this V1ObjectMeta metadata) => metadata.Annotations ??= new Dictionary<string, string>();

    private static V1ObjectMeta EnsureMetadata(this V1PodTemplateSpec template) => template.Metadata ??= new V1ObjectMeta();

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    private static IKubernetesObject<V1ObjectMeta> Typed(JsonObject document)
    {
        var json = document.ToJsonString();
        return (string?)document["kind"] switch
        {
            V1ConfigMap.KubeKind => KubernetesJson.Deserialize<V1ConfigMap>(json),
            V1Service.KubeKind => KubernetesJson.Deserialize<V1Service>(json),
            V1Deployment.KubeKind => KubernetesJson.Deserialize<V1Deployment>(json),
            V1PodDisruptionBudget.KubeKind => KubernetesJson.Deserialize<V1PodDisruptionBudget>(json),
            V1NetworkPolicy.KubeKind => KubernetesJson.Deserialize<V1NetworkPolicy>(json),
            V2HorizontalPodAutoscaler.KubeKind => KubernetesJson.Deserialize<V2HorizontalPodAutoscaler>(json),
            var kind => throw new InvalidOperationException($"k8s/base has a document of kind {kind}, which the operator cannot apply."),
        };
    }

    private static List<JsonObject> ReadBase()
    {
        var assembly = typeof(ClusterObjects).Assembly;
        var documents = new List<JsonObject>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("Base/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            foreach (var document in KubernetesYaml.LoadAllFromString(reader.ReadToEnd(), null, strict: true))
            {
                var json = JsonNode.Parse(KubernetesJson.Serialize(document))!.AsObject();
                AddLabels(json, "");
                var metadata = json["metadata"]!.AsObject();
                (metadata["labels"] ??= new JsonObject())[PartOfLabel] = PartOf;
                documents.Add(json);
            }
        }

        return documents;
    }

    /// <summary>Adds the common label as kustomize does: to labels, and to the selectors that select pods.</summary>
    private static void AddLabels(JsonNode? node, string name)
    {
        switch (node)
        {
            case JsonObject map when name is "labels" or "matchLabels" or "selector" && (map.ContainsKey(NameLabel) || map.ContainsKey(ComponentLabel)):
                map[PartOfLabel] = PartOf;
                break;
            case JsonObject map:
                foreach (var (key, value) in map.ToList())
                {
                    AddLabels(value, key);
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    AddLabels(item, "");
                }

                break;
        }
    }
}
