using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Granary.Api.Auth;

/// <summary>What a verified token says, made once: all requests with the token share it, so nothing may change it.</summary>
/// <param name="identity">The claims that are used.</param>
/// <param name="validTo">When the token expires, in UTC.</param>
public sealed class VerifiedToken(ClaimsIdentity identity, DateTime validTo)
{
    private readonly VerifiedPrincipal _principal = new(identity);
    private readonly AuthenticationProperties _properties = new() { ExpiresUtc = validTo };

    /// <summary>When the token expires, in UTC.</summary>
    public DateTime ValidTo => validTo;

    /// <summary>Authenticates a request that has the token, in place of the framework's handler.</summary>
    public void Authenticate(MessageReceivedContext received)
    {
        ArgumentNullException.ThrowIfNull(received);
        received.Principal = _principal;
        received.Properties = _properties;
        received.Success();
    }
}

/// <summary>A principal that knows the caller, so that no request looks for it among the claims.</summary>
/// <param name="identity">Its only identity.</param>
public sealed class VerifiedPrincipal(ClaimsIdentity identity) : ClaimsPrincipal(identity)
{
    /// <inheritdoc/>
    public override ClaimsIdentity Identity => identity;

    /// <summary>The caller.</summary>
    public Caller Caller => field ??= Caller.Of(identity);
}
