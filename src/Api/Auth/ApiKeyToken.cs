using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Auth;

/// <summary>An API key as the bearer handler of the framework knows tokens.</summary>
public sealed class ApiKeyToken(string id, DateTimeOffset? expiresAt) : SecurityToken
{
    /// <inheritdoc/>
    public override string Id => id;

    /// <inheritdoc/>
    public override string Issuer => "";

    /// <inheritdoc/>
    public override SecurityKey SecurityKey => null!;

    /// <inheritdoc/>
    public override SecurityKey SigningKey
    {
        get => null!;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override DateTime ValidFrom => DateTime.MinValue;

    /// <inheritdoc/>
    public override DateTime ValidTo => expiresAt?.UtcDateTime ?? DateTime.MaxValue;
}

/// <summary>No API key has this text: it was revoked, or never created.</summary>
public sealed class UnknownApiKeyException() : SecurityTokenException("The API key is unknown or revoked.");
