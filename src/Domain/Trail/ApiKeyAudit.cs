using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Domain.ApiKeys;
using Granary.Domain.Events;

namespace Granary.Domain.Trail;

/// <summary>What is audited of API keys: who created and revoked them. One stream has the events of all keys.</summary>
internal static class ApiKeyAudit
{
    public static AuditedKind Kind { get; } = new(
        StreamKind.ApiKeys,
        "key/",
        [ApiKeyEvent.Codec.NameOf<ApiKeyCreated>(), ApiKeyEvent.Codec.NameOf<ApiKeyRevoked>()],
        (record, _) => Read(ApiKeyEvent.Codec.Decode(record)))
    {
        Key = static record => ApiKeyEvent.Codec.Decode(record) switch
        {
            ApiKeyCreated e => e.Id,
            ApiKeyRevoked e => e.Id,
            var other => throw new InvalidOperationException($"{other.GetType().Name} is not audited."),
        },
    };

    private static AuditedEvent Read(ApiKeyEvent happened) => happened switch
    {
        ApiKeyCreated e => new(e.By) { Sets = Definition(e) },
        ApiKeyRevoked e => new(e.By) { Sets = new JsonObject { ["status"] = "revoked" } },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not audited."),
    };

    /// <summary>Everything but the hash.</summary>
    private static JsonObject Definition(ApiKeyCreated created)
    {
        var values = new JsonObject
        {
            ["name"] = created.Name,
            ["scopes"] = new JsonArray([.. created.Scopes.Select(scope => (JsonNode)scope)]),
            ["status"] = "active",
        };
        if (created.ExpiresAt is { } end)
        {
            values["expires_at"] = end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        return values;
    }
}
