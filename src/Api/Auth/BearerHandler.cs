using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace Granary.Api.Auth;

/// <summary>
/// Authenticates a token that was verified before, without the framework's events. Requests with another token or with none go to
/// the framework's handler.
/// </summary>
public sealed class BearerHandler(
    IOptionsMonitor<JwtBearerOptions> options, ILoggerFactory loggers, UrlEncoder encoder, VerifiedTokens verified)
    : JwtBearerHandler(options, loggers, encoder)
{
    private const string Prefix = "Bearer ";

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Request.Headers.Authorization is [{ } header] && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && verified.Authenticate(header.AsSpan(Prefix.Length).Trim()) is { } known
            ? Task.FromResult(known)
            : base.HandleAuthenticateAsync();
}
