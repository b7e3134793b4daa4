using System.Runtime.CompilerServices;
using Granary.Hosting.Auth;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Auth;

/// <summary>
/// Converts signing keys for the token library: one object per key, because the library caches its computations in it.
/// </summary>
internal static class SecurityKeys
{
    private static readonly ConditionalWeakTable<SigningKey, SymmetricSecurityKey> Known = [];

    /// <summary>The key for the token library.</summary>
    public static SymmetricSecurityKey ToSecurityKey(this SigningKey key) =>
        Known.GetValue(key, static key => new SymmetricSecurityKey(key.Secret) { KeyId = key.Id });
}
