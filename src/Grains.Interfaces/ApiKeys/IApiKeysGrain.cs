using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.ApiKeys;

/// <summary>The API keys of the shop: one grain, with the key of <see cref="ApiKeyText.Ring"/>.</summary>
[Alias("granary.api-keys-grain"), Version(1)]
public interface IApiKeysGrain : IGrainWithStringKey
{
    /// <summary>Creates a key; refused with <see cref="InvalidValue"/> if there are too many.</summary>
    [Alias("create"), Idempotent]
    Task<ApiKeyReply> Create(CreateApiKey command);

    /// <summary>Revokes a key for good. Without effect if there is no such key any more.</summary>
    [Alias("revoke"), Idempotent]
    Task Revoke(string id, string by);

    /// <summary>The keys that are not revoked, oldest first, the expired ones included.</summary>
    [Alias("list"), Idempotent]
    Task<IReadOnlyList<ApiKey>> List();

    /// <summary>The keys that are not revoked, at most half a second old, for a front end that verifies them.</summary>
    /// <param name="known">The version of the set that the front end has; -1 for none.</param>
    /// <param name="uses">What the front end has let in since it asked last.</param>
    /// <returns>Null if the front end has the newest set.</returns>
    [Alias("refresh"), Idempotent]
    Task<ApiKeySet?> Refresh(long known, IReadOnlyList<ApiKeyUse> uses);
}
