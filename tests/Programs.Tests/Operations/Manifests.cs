using Granary.Api;
using k8s;
using k8s.Models;

namespace Granary.Programs.Tests.Operations;

/// <summary>The output of an overlay as types of the Kubernetes API. An unknown document or field fails.</summary>
internal sealed class Manifests
{
    private readonly IReadOnlyList<object> _documents;

    private Manifests(IReadOnlyList<object> documents) => _documents = documents;

    public IReadOnlyList<object> All => _documents;

    public V1Deployment Silo => Deployment("granary-silo");

    public V1Deployment FrontEnd => Deployment("granary-front-end");

    /// <summary>Builds <c>k8s/overlays/NAME</c>.</summary>
    public static async Task<Manifests> BuildAsync(string overlay)
    {
        var yaml = await Command.RunAsync("kubectl", "kustomize", Repository.PathOf("k8s/overlays/" + overlay));
        return new Manifests([.. KubernetesYaml.LoadAllFromString(yaml, null, strict: true)]);
    }

    public IEnumerable<T> Of<T>() => _documents.OfType<T>();

    public static V1Container ContainerOf(V1Deployment deployment) => Assert.Single(deployment.Spec.Template.Spec.Containers);

    /// <summary>The environment of a deployment's container, with values filled in for secrets and pod fields.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(V1Deployment deployment)
    {
        var container = ContainerOf(deployment);
        var settings = container.EnvFrom
            .Select(source => Of<V1ConfigMap>().Single(map => map.Name() == source.ConfigMapRef.Name))
            .SelectMany(map => map.Data);
        return container.Env.Select(variable => KeyValuePair.Create(variable.Name, variable.Value ?? FilledIn(variable.ValueFrom)))
            .Concat(settings)
            .ToDictionary();
    }

    /// <summary>Whether a selector matches the pods of a deployment.</summary>
    public static bool Selects(IDictionary<string, string> selector, V1Deployment deployment) =>
        selector.Count > 0 && selector.All(
            label => deployment.Spec.Template.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);

    private V1Deployment Deployment(string name) => Of<V1Deployment>().Single(deployment => deployment.Name() == name);

    private static string FilledIn(V1EnvVarSource source) => source switch
    {
        { FieldRef.FieldPath: "status.podIP" } => "10.0.0.1",
        { SecretKeyRef.Key: "postgres" } => "Host=postgres.example;Username=granary;Database=granary",
        { SecretKeyRef.Key: "redis" } => "redis.example:6379",
        { SecretKeyRef.Key: "admin-password" } => Product.AdminPassword,
        _ => throw new InvalidOperationException($"The test has no value for {source.SecretKeyRef?.Key ?? source.FieldRef?.FieldPath}."),
    };
}
