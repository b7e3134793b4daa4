using System.Runtime.CompilerServices;
using Granary.Hosting.Auth;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Auth;

/// <summary>Signing keys as the token library takes them: one object a key, because the library keeps what it computes with it.</summary>
internal static class SecurityKeys
{
    private static readonly ConditionalWeakTable<SigningKey, SymmetricSecurityKey> Known = [];

    /// <summary>The key for the token library.</summary>
    public static SymmetricSecurityKey ToSecurityKey(this SigningKey key) =>
        Known.GetValue(key, static key => new SymmetricSecurityKey(key.Secret) { KeyId = key.Id });
}
