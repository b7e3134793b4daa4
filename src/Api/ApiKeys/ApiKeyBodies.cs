using System.ComponentModel.DataAnnotations;
using Granary.Api.Docs;
using Granary.Grains.Interfaces.ApiKeys;
using KeyScopes = Granary.Grains.Interfaces.ApiKeys.Scopes;

namespace Granary.Api.ApiKeys;

/// <summary>The body of <c>POST /api-keys</c>.</summary>
public sealed record CreateApiKeyRequest
{
    /// <summary>What the shop calls the key, such as the machine that uses it.</summary>
    [Required]
    public string? Name { get; init; }

    /// <summary>What the key may do.</summary>
    [Required]
    [Choices(typeof(KeyScopes))]
    public IReadOnlyList<string?>? Scopes { get; init; }

    /// <summary>When the key ends by itself, RFC 3339; without it, the key lasts until it is revoked.</summary>
    public string? ExpiresAt { get; init; }
}

/// <summary>An API key.</summary>
/// <param name="Prefix">How the key begins, to recognise it by.</param>
/// <param name="CreatedBy">The id of the administrator.</param>
/// <param name="LastUsedAt">The minute of the last use that the cluster has heard of; absent if it was never used.</param>
/// <param name="Key">The key itself, only in the answer to its creation.</param>
public sealed record ApiKeyBody(
    string Id,
    string Name,
    string Prefix,
    [property: Choices(typeof(KeyScopes))] IReadOnlyList<string> Scopes,
    DateTime CreatedAt,
    string CreatedBy,
    DateTime? ExpiresAt = null,
    DateTime? LastUsedAt = null,
    string? Key = null)
{
    /// <summary>Converts a key to its body.</summary>
    public static ApiKeyBody From(ApiKey key, string? text = null) => new(
        key.Id,
        key.Name,
        ApiKeyText.PrefixOf(key.Id),
        key.Scopes,
        key.CreatedAt.UtcDateTime,
        key.CreatedBy,
        key.ExpiresAt?.UtcDateTime,
        key.LastUsedAt?.UtcDateTime,
        text);
}

/// <summary>A page of API keys.</summary>
/// <param name="Data">Oldest first.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record ApiKeyListBody(IReadOnlyList<ApiKeyBody> Data, string? NextCursor = null);
