using System.Collections.Immutable;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.ApiKeys;

namespace Granary.Domain.ApiKeys;

/// <summary>The keys that are not revoked, as their events have made them. A revoked key is only in the journal.</summary>
public sealed record ApiKeysState : IAggregate<ApiKeysState, ApiKeyEvent>
{
    public required string Key { get; init; }

    public long Version { get; init; }

    /// <summary>The keys by id.</summary>
    public ImmutableDictionary<string, IssuedKey> Keys { get; init; } = ImmutableDictionary.Create<string, IssuedKey>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public static EventCodec<ApiKeyEvent> Codec => ApiKeyEvent.Codec;

    /// <inheritdoc/>
    public static ApiKeysState Initial(string key) => new() { Key = key };

    /// <inheritdoc/>
    public static string StreamOf(string key) => JournalStream.OfApiKeys(key);

    /// <inheritdoc/>
    public ApiKeysState Apply(ApiKeyEvent domainEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        var next = this with { Version = Version + 1 };
        return domainEvent switch
        {
            ApiKeyCreated e => next with { Keys = Keys.SetItem(e.Id, new IssuedKey(e.Id, e.Name, e.Scopes, e.Hash, e.ExpiresAt, at, e.By)) },
            ApiKeyRevoked e => next with { Keys = Keys.Remove(e.Id) },
            _ => throw new InvalidOperationException($"The keys have no event {domainEvent.GetType().Name}."),
        };
    }

    /// <summary>What front ends verify keys with.</summary>
    public ApiKeySet ToSet() => new(
        Version, [.. Keys.Values.Select(key => new ApiKeyCredential(key.Id, key.Hash, key.Scopes, key.ExpiresAt))]);
}

/// <summary>A key that is not revoked.</summary>
public sealed record IssuedKey(
    string Id, string Name, IReadOnlyList<string> Scopes, string Hash, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt, string CreatedBy)
{
    /// <summary>The key as administrators see it.</summary>
    public ApiKey ToKey(DateTimeOffset? lastUsedAt) => new(Id, Name, Scopes, CreatedAt, CreatedBy, ExpiresAt, lastUsedAt);
}
