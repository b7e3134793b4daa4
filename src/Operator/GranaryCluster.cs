using k8s;
using k8s.Models;

namespace Granary.Operator;

/// <summary>A cluster as its owner wants it, and what the operator saw of it. <c>k8s/operator/crd.yaml</c> has the schema.</summary>
[KubernetesEntity(Group = Api, ApiVersion = Version, Kind = KindName, PluralName = Plural)]
public sealed class GranaryCluster : IKubernetesObject<V1ObjectMeta>, ISpec<GranaryClusterSpec>, IStatus<GranaryClusterStatus?>
{
    public const string Api = "granary.dev";

    public const string Version = "v1alpha1";

    public const string KindName = "GranaryCluster";

    public const string Plural = "granaryclusters";

    /// <summary>The only name: what it creates has fixed names, so a namespace has room for one.</summary>
    public const string OnlyName = "granary";

    /// <inheritdoc/>
    public string ApiVersion { get; set; } = $"{Api}/{Version}";

    /// <inheritdoc/>
    public string Kind { get; set; } = KindName;

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <inheritdoc/>
    public GranaryClusterSpec Spec { get; set; } = new();

    /// <inheritdoc/>
    public GranaryClusterStatus? Status { get; set; }
}

/// <summary>What the owner of a cluster wants. The defaults are those of the schema.</summary>
public sealed record GranaryClusterSpec
{
    /// <summary>The tag of both images.</summary>
    public string Version { get; init; } = "";

    /// <summary>Where the images are, such as <c>registry.example/shop</c>.</summary>
    public string? Registry { get; init; }

    /// <summary>How many silos.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>How many front ends at least.</summary>
    public int FrontEndReplicas { get; init; } = 2;

    /// <summary>Up to how many front ends the autoscaler adds; without it, as many as in <c>k8s/base</c>, or the least if that is more.</summary>
    public int? FrontEndMaxReplicas { get; init; }

    /// <summary>Settings in their environment form, over those of <c>k8s/base</c>.</summary>
    public IDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How pods are replaced.</summary>
    public UpdateStrategy UpdateStrategy { get; init; } = new();

    /// <summary>The connection string of PostgreSQL.</summary>
    public SecretReference Database { get; init; } = new() { Key = "postgres" };

    /// <summary>The connection string of Redis.</summary>
    public SecretReference Redis { get; init; } = new() { Key = "redis" };
}

/// <summary>How pods are replaced, and how long a pod may take to become ready.</summary>
public sealed record UpdateStrategy
{
    /// <summary>How many pods fewer than wanted may be ready.</summary>
    public int MaxUnavailable { get; init; }

    /// <summary>How many pods more than wanted may run.</summary>
    public int MaxSurge { get; init; } = 1;

    /// <summary>After so many seconds a pod that is not ready halts the update.</summary>
    public int ReadyDeadlineSeconds { get; init; } = 600;
}

/// <summary>One value of a secret.</summary>
public sealed record SecretReference
{
    /// <summary>The secret, in the namespace of the cluster.</summary>
    public string SecretName { get; init; } = "granary-secrets";

    /// <summary>The key in the secret.</summary>
    public string Key { get; init; } = "";
}

/// <summary>What the operator saw, as of <see cref="ObservedGeneration"/>.</summary>
public sealed record GranaryClusterStatus
{
    /// <summary>The generation of the cluster that this speaks of.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>The version that every pod runs; during an update the version before it.</summary>
    public string? Version { get; init; }

    /// <summary>Ready silos.</summary>
    public int ReadySilos { get; init; }

    /// <summary>Ready front ends.</summary>
    public int ReadyFrontEnds { get; init; }

    /// <summary><c>Ready</c>, <c>Progressing</c>, <c>Degraded</c>.</summary>
    public IReadOnlyList<ClusterCondition> Conditions { get; init; } = [];

    /// <summary>Whether a condition is true.</summary>
    public bool Is(string type) => Conditions.Any(condition => condition.Type == type && condition.Status == ClusterCondition.True);
}

/// <summary>One condition, in the form that <c>kubectl wait --for=condition=…</c> reads.</summary>
public sealed record ClusterCondition
{
    public const string True = "True";

    public const string Ready = "Ready";

    public const string Progressing = "Progressing";

    public const string Degraded = "Degraded";

    /// <summary>Its name.</summary>
    public string Type { get; init; } = "";

    /// <summary><c>True</c> or <c>False</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>One word for programs.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A sentence for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>The generation of the cluster that this speaks of.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>When <see cref="Status"/> last changed.</summary>
    public DateTime LastTransitionTime { get; init; }
}
