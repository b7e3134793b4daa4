using Granary.Hosting.Settings;

namespace Granary.Hosting.Auth;

/// <summary>How callers authenticate; read once at start.</summary>
public sealed record AuthOptions
{
    private const string Section = "Granary:Auth";
    private const StringSplitOptions Separators = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    /// <summary>An external OpenID Connect issuer, or null when this platform issues the tokens.</summary>
    public Uri? Authority { get; init; }

    /// <summary>The <c>iss</c> of the platform's own tokens.</summary>
    public required string Issuer { get; init; }

    /// <summary>The <c>aud</c> that tokens must carry.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim of an external issuer's tokens that lists the roles.</summary>
    public required string RolesClaim { get; init; }

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
    public static AuthOptions From(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var shared = string.Equals(configuration["Granary:Storage"], "PostgreSql", StringComparison.OrdinalIgnoreCase);
        return new AuthOptions
        {
            Authority = AuthorityFrom(section),
            Issuer = section["Issuer"] ?? "granary",
            Audience = section["Audience"] ?? "granary",
            RolesClaim = section["RolesClaim"] ?? "roles",
            TokenLifetime = DurationFrom(section, "TokenLifetime", TimeSpan.FromHours(1)),
            KeyLifetime = DurationFrom(section, "KeyLifetime", TimeSpan.FromDays(90)),
            SigningKeys = SigningKeysFrom(section),
            DataDirectory = configuration["Granary:DataDirectory"] is { Length: > 0 } directory ? directory : "./data",
            ConnectionString = shared ? configuration.GetConnectionString("Granary") : null,
        };
    }

    private static Uri? AuthorityFrom(IConfigurationSection section)
    {
        if (section["Authority"] is not { Length: > 0 } text)
        {
            return null;
        }

        var usable = Uri.TryCreate(text, UriKind.Absolute, out var authority)
            && (authority.Scheme == Uri.UriSchemeHttps || authority.IsLoopback);
        return usable ? authority : throw Unusable("Authority", "the https address of an OpenID Connect issuer");
    }

    private static IReadOnlyList<byte[]> SigningKeysFrom(IConfigurationSection section) =>
        [.. (section["SigningKey"] ?? "").Split(',', Separators).Select(SecretFrom)];

    private static byte[] SecretFrom(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= SigningKey.SecretBytes
            ? bytes[..length]
            : throw Unusable("SigningKey", "the base64 form of at least 32 random bytes, or several, separated by commas");
    }

    private static TimeSpan DurationFrom(IConfigurationSection section, string key, TimeSpan otherwise)
    {
        if (section[key] is not { } text)
        {
            return otherwise;
        }

        return TimeSpan.TryParse(text, out var duration) && duration > TimeSpan.Zero
            ? duration
            : throw Unusable(key, "a positive duration such as 01:00:00");
    }

    private static InvalidConfigurationException Unusable(string key, string expected) =>
        new($"{Section}:{key}", $"must be {expected}.");
}
