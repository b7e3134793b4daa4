using System.Security.Claims;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Auth;

/// <summary>
/// Verifies tokens once and caches the result: the signature and the claims of a token do not change, and
/// <see cref="ActiveUserCheck"/> checks on every request what may change about its user. API keys come the same way, and are verified by
/// <see cref="ApiKeyRing"/>.
/// </summary>
public sealed class TokenVerifier : JsonWebTokenHandler
{
    /// <summary>The claim that keeps the subject under which an external issuer knows the user.</summary>
    public const string SubjectClaim = "external_sub";

    /// <summary>The claim with an external issuer's display name of the user (OpenID Connect Core, section 5.1).</summary>
    public const string NameClaim = "name";

    // RFC 7515, section 4.1.11: a token with it must be refused by a recipient that does not understand the extensions, and none is here.
    private const string CriticalHeader = "crit";

    // OpenID Connect limits subjects to this length (Core, section 2).
    private const int LongestSubject = 255;

    private readonly VerifiedTokens _verified;
    private readonly ApiKeyRing _keys;
    private readonly AuthOptions _options;

    public TokenVerifier(VerifiedTokens verified, ApiKeyRing keys, AuthOptions options)
    {
        _verified = verified;
        _keys = keys;
        _options = options;
        MapInboundClaims = false;
    }

    /// <summary>Authenticates a request whose token has been verified before; of another one the framework's handler asks for the verification.</summary>
    public void Recall(MessageReceivedContext received)
    {
        ArgumentNullException.ThrowIfNull(received);
        _verified.Find(received.Token ?? BearerTokens.TextOf(received.Request))?.Authenticate(received);
    }

    /// <inheritdoc/>
    public override async Task<TokenValidationResult> ValidateTokenAsync(
        string token, TokenValidationParameters validationParameters)
    {
        if (token.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal))
        {
            return _keys.Verify(token);
        }

        var asOf = _verified.Current;
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (!result.IsValid)
        {
            return result;
        }

        if (result.SecurityToken is JsonWebToken { } jwt && jwt.TryGetHeaderValue<object>(CriticalHeader, out _))
        {
            return new TokenValidationResult { Exception = new SecurityTokenException("The token names extensions that must be understood.") };
        }

        if (IdentityOf(result.ClaimsIdentity) is not { } identity)
        {
            return new TokenValidationResult { Exception = new SecurityTokenException("The token names no user.") };
        }

        _verified.Remember(asOf, token, new VerifiedToken(identity, result.SecurityToken.ValidTo));
        return new TokenValidationResult
        {
            IsValid = true,
            ClaimsIdentity = identity,
            SecurityToken = result.SecurityToken,
            Issuer = result.Issuer,
        };
    }

    // Only the claims that are used: a smaller identity, and the same for the platform's and external tokens.
    private ClaimsIdentity? IdentityOf(ClaimsIdentity token)
    {
        var subject = token.FindFirst(Caller.UserIdClaim)?.Value;
        if (subject is not { Length: > 0 and <= LongestSubject })
        {
            return null;
        }

        var external = _options.Authority is not null;
        var identity = new ClaimsIdentity("Bearer", Caller.UserIdClaim, Caller.RoleClaim);
        foreach (var role in token.FindAll(external ? _options.RolesClaim : Caller.RoleClaim))
        {
            if (Roles.All.Contains(role.Value))
            {
                identity.AddClaim(new Claim(Caller.RoleClaim, role.Value));
            }
        }

        identity.AddClaim(new Claim(Caller.UserIdClaim, external ? UserId.From(subject) : subject));
        if (!external && token.FindFirst(TokenGeneration.Claim) is { } generation)
        {
            identity.AddClaim(new Claim(TokenGeneration.Claim, generation.Value));
        }

        if (external)
        {
            identity.AddClaim(new Claim(SubjectClaim, subject));
            if ((token.FindFirst(NameClaim) ?? token.FindFirst("preferred_username"))?.Value is { } name)
            {
                identity.AddClaim(new Claim(NameClaim, name));
            }
        }

        return identity;
    }
}
