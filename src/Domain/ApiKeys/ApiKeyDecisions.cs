using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;

namespace Granary.Domain.ApiKeys;

/// <summary>The rules of API keys: state and command to events or a refusal. Pure.</summary>
public static class ApiKeyDecisions
{
    /// <summary>The most keys that are not revoked: every front end has all of them in memory.</summary>
    public const int MostKeys = 1_000;

    /// <summary>Creates a key. Its id is random, so that one which exists was created by the same command.</summary>
    public static Decision<ApiKeyEvent> Create(ApiKeysState keys, CreateApiKey command) =>
        keys.Keys.ContainsKey(command.Id) ? Decision<ApiKeyEvent>.Unchanged
        : keys.Keys.Count >= MostKeys ? new InvalidValue("name", $"would be the name of more than {MostKeys} keys; revoke one first")
        : new ApiKeyCreated(command.By, command.Id, command.Name, command.Scopes, command.Hash, command.ExpiresAt);

    /// <summary>Ends a key for good. Repeating it changes nothing.</summary>
    public static Decision<ApiKeyEvent> Revoke(ApiKeysState keys, string id, string by) =>
        keys.Keys.ContainsKey(id) ? new ApiKeyRevoked(by, id) : Decision<ApiKeyEvent>.Unchanged;
}
