namespace Granary.Grains.Interfaces.ApiKeys;

/// <summary>Creates a key.</summary>
/// <param name="Id">Such as <c>key_4n7…</c>, see <see cref="ApiKeyText"/>.</param>
/// <param name="Name">What the shop calls it.</param>
/// <param name="Scopes">What it may do, of <see cref="ApiKeys.Scopes"/>.</param>
/// <param name="Hash">The hash of its text; never the text.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
/// <param name="By">The administrator.</param>
[GenerateSerializer, Immutable, Alias("granary.create-api-key")]
public sealed record CreateApiKey(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] IReadOnlyList<string> Scopes,
    [property: Id(3)] string Hash,
    [property: Id(4)] DateTimeOffset? ExpiresAt,
    [property: Id(5)] string By);

/// <summary>A key as administrators see it.</summary>
/// <param name="LastUsedAt">The minute of its last use that the cluster has heard of; null if it was never used.</param>
[GenerateSerializer, Immutable, Alias("granary.api-key")]
public sealed record ApiKey(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] IReadOnlyList<string> Scopes,
    [property: Id(3)] DateTimeOffset CreatedAt,
    [property: Id(4)] string CreatedBy,
    [property: Id(5)] DateTimeOffset? ExpiresAt,
    [property: Id(6)] DateTimeOffset? LastUsedAt);

/// <summary>A key, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("granary.api-key-reply")]
public sealed record ApiKeyReply([property: Id(0)] ApiKey? Key, [property: Id(1)] Refusal? Refusal = null);

/// <summary>What a front end needs to verify a key.</summary>
[GenerateSerializer, Immutable, Alias("granary.api-key-credential")]
public sealed record ApiKeyCredential(
    [property: Id(0)] string Id,
    [property: Id(1)] string Hash,
    [property: Id(2)] IReadOnlyList<string> Scopes,
    [property: Id(3)] DateTimeOffset? ExpiresAt);

/// <summary>All keys that are not revoked.</summary>
/// <param name="Version">Which set this is; it grows with every key that is created or revoked.</param>
[GenerateSerializer, Immutable, Alias("granary.api-key-set")]
public sealed record ApiKeySet([property: Id(0)] long Version, [property: Id(1)] IReadOnlyList<ApiKeyCredential> Keys);

/// <summary>That a front end has let a key in.</summary>
/// <param name="At">The beginning of the minute.</param>
[GenerateSerializer, Immutable, Alias("granary.api-key-use")]
public readonly record struct ApiKeyUse([property: Id(0)] string Id, [property: Id(1)] DateTimeOffset At);
