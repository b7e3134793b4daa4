using System.Text.Json.Nodes;
using k8s;

namespace Granary.Operator.Rollout;

/// <summary>Whether an object of the cluster is as it was applied. The API server adds defaults, and controllers add fields of their own.</summary>
internal static class Coverage
{
    /// <summary>Whether every field of the wanted object has its value in the observed one.</summary>
    public static bool Covers<T>(T observed, T wanted)
    {
        var want = JsonNode.Parse(KubernetesJson.Serialize(wanted))!.AsObject();

        // The API server lists objects without their kind.
        want.Remove("apiVersion");
        want.Remove("kind");
        return Covers(JsonNode.Parse(KubernetesJson.Serialize(observed)), want);
    }

    private static bool Covers(JsonNode? observed, JsonNode? wanted) => (observed, wanted) switch
    {
        (JsonObject have, JsonObject want) => want.All(field => have.TryGetPropertyValue(field.Key, out var value) && Covers(value, field.Value)),
        (JsonArray have, JsonArray want) => have.Count == want.Count && have.Zip(want).All(pair => Covers(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(observed, wanted),
    };
}
