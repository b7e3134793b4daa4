using System.Text.Json.Serialization;
using Granary.Domain.Events;

namespace Granary.Domain.ApiKeys;

/// <summary>What happened to the API keys of the shop.</summary>
public abstract record ApiKeyEvent
{
    /// <summary>How these events are written in the journal.</summary>
    public static EventCodec<ApiKeyEvent> Codec { get; } = new EventCodec<ApiKeyEvent>()
        .Add("api_key.created", ApiKeyEventJson.Default.ApiKeyCreated)
        .Add("api_key.revoked", ApiKeyEventJson.Default.ApiKeyRevoked);
}

/// <summary>A machine of the shop may do what the scopes name.</summary>
/// <param name="Hash">The hash of the key's text, see <see cref="Grains.Interfaces.ApiKeys.ApiKeyText.HashOf"/>.</param>
public sealed record ApiKeyCreated(
    string By, string Id, string Name, IReadOnlyList<string> Scopes, string Hash, DateTimeOffset? ExpiresAt) : ApiKeyEvent;

/// <summary>The key has ended for good.</summary>
public sealed record ApiKeyRevoked(string By, string Id) : ApiKeyEvent;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiKeyCreated))]
[JsonSerializable(typeof(ApiKeyRevoked))]
internal sealed partial class ApiKeyEventJson : JsonSerializerContext;
