using Granary.Hosting.Settings;

namespace Granary.Hosting.Auth;

/// <summary>How callers authenticate; read once at start.</summary>
public sealed record AuthOptions
{
    /// <summary>An external OpenID Connect issuer, or null when this platform issues the tokens.</summary>
    public Uri? Authority { get; init; }

    /// <summary>The <c>iss</c> of the platform's own tokens.</summary>
    public required string Issuer { get; init; }

    /// <summary>The <c>aud</c> that tokens must carry.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim of an external issuer's tokens that lists the roles.</summary>
    public required string RolesClaim { get; init; }

    /// <summary>The console's client at the external issuer, or null when nobody signs in to the console there.</summary>
    public string? ClientId { get; init; }

    /// <summary>The secret of that client, or null for a client without one.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The scopes that the console asks the external issuer for.</summary>
    public string Scopes { get; init; } = "openid profile";

    /// <summary>How long the platform's own tokens are valid.</summary>
    public required TimeSpan TokenLifetime { get; init; }

    /// <summary>The age at which the signing key is replaced.</summary>
    public required TimeSpan KeyLifetime { get; init; }

    /// <summary>
    /// Secrets set by configuration instead of generated keys: the first signs, all verify. Empty if none are configured.
    /// </summary>
    public required IReadOnlyList<byte[]> SigningKeys { get; init; }

    /// <summary>Where generated secrets are kept.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The database that shares the keys in a cluster, or null to use a file in the data directory.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid; the message names the key.</exception>
    public static AuthOptions From(SettingsReader settings) => new()
    {
        Authority = settings.Read(SettingKeys.Authority),
        Issuer = settings.Read(SettingKeys.Issuer),
        Audience = settings.Read(SettingKeys.Audience),
        RolesClaim = settings.Read(SettingKeys.RolesClaim),
        ClientId = settings.Read(SettingKeys.ClientId),
        ClientSecret = settings.Read(SettingKeys.ClientSecret),
        Scopes = settings.Read(SettingKeys.ClientScopes),
        TokenLifetime = settings.Read(SettingKeys.TokenLifetime),
        KeyLifetime = settings.Read(SettingKeys.KeyLifetime),
        SigningKeys = settings.Read(SettingKeys.TokenKeys),
        DataDirectory = settings.Read(SettingKeys.DataDirectory),
        ConnectionString = settings.Read(SettingKeys.Storage) == StorageKind.PostgreSql ? settings.Read(SettingKeys.Database) : null,
    };
}
