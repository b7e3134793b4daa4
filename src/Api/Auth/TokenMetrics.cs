using System.Diagnostics.Metrics;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Auth;

/// <summary>
/// Counts the tokens that are refused: <c>http_tokens_refused_total{reason}</c>, where the reason is <c>expired</c>, <c>signature</c> (none,
/// a wrong one, or of an unknown key), <c>api_key</c> (unknown or revoked), <c>issuer</c> (another issuer or audience) or <c>malformed</c>. A stranger can send thousands a second,
/// so they are not logged.
/// </summary>
public sealed class TokenMetrics : IDisposable
{
    private readonly Meter _meter = new("Granary.Tokens");
    private readonly Counter<long> _refused;

    public TokenMetrics() => _refused = _meter.CreateCounter<long>("http_tokens_refused_total", "{token}", "Access tokens that were refused, by reason.");

    /// <summary>Counts a token.</summary>
    /// <param name="reason">Why it was refused.</param>
    public void Refused(Exception reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason switch
    {
        SecurityTokenExpiredException or SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException or SecurityTokenNotYetValidException => "expired",
        SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException => "signature",
        UnknownApiKeyException => "api_key",
        SecurityTokenInvalidIssuerException or SecurityTokenInvalidAudienceException => "issuer",
        _ => "malformed",
    }));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
