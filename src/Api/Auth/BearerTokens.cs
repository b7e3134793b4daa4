using Granary.Api.Problems;
using Granary.Api.Telemetry;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Auth;

/// <summary>Configures the verification of bearer tokens (RFC 6750), issued by the platform or by an external issuer.</summary>
public sealed class BearerTokens(AuthOptions auth, SigningKeyRing keys, TokenVerifier verifier, TokenMetrics metrics, TimeProvider time)
    : IConfigureNamedOptions<JwtBearerOptions>
{
    private const string Scheme = "Bearer ";

    // The clocks of machines synchronised by NTP differ by less.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(10);

    /// <summary>The bearer token of a request, or nothing.</summary>
    public static ReadOnlySpan<char> TextOf(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header.AsSpan(Scheme.Length).Trim() : [];
    }

    /// <inheritdoc/>
    public void Configure(JwtBearerOptions options) => Configure(JwtBearerDefaults.AuthenticationScheme, options);

    /// <inheritdoc/>
    public void Configure(string? name, JwtBearerOptions options)
    {
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(verifier);
        options.TimeProvider = time;
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = received =>
            {
                DashboardCookie.Read(received);
                verifier.Recall(received);
                return Task.CompletedTask;
            },
            OnAuthenticationFailed = failed =>
            {
                metrics.Refused(failed.Exception);
                return Task.CompletedTask;
            },
            OnChallenge = OnChallenge,
            OnForbidden = OnForbidden,
        };
        var parameters = options.TokenValidationParameters;
        parameters.ClockSkew = ClockSkew;
        parameters.ValidAudience = auth.Audience;
        parameters.LifetimeValidator = IsAlive;
        if (auth.Authority is { } authority)
        {
            options.Authority = authority.ToString();
            options.RequireHttpsMetadata = !authority.IsLoopback;
            return;
        }

        parameters.ValidIssuer = auth.Issuer;
        parameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
        parameters.IssuerSigningKeyResolver = (_, _, id, _) => keys.Find(id) is { } key ? [key.ToSecurityKey()] : [];
    }

    // The library's own check uses the machine's clock, not the process's clock. The platform's own tokens begin when they are issued:
    // one that begins later was issued before the clock was set back.
    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is not null && now < expires + ClockSkew && (auth.Authority is null || notBefore is null || notBefore - ClockSkew <= now);
    }

    private Task OnChallenge(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        if (auth.Authority is null && DashboardCookie.IsVisit(context.Request))
        {
            context.Response.Redirect(DashboardEndpoints.LoginPath);
            return Task.CompletedTask;
        }

        context.Response.Headers[HeaderNames.WWWAuthenticate] = context.AuthenticateFailure is null
            ? "Bearer realm=\"granary\""
            : "Bearer realm=\"granary\", error=\"invalid_token\"";
        return new ProblemResult(Problem.Of(ProblemTypes.Unauthorized)).ExecuteAsync(context.HttpContext);
    }

    private static Task OnForbidden(ForbiddenContext context)
    {
        if (Caller.IsKey(context.HttpContext.User))
        {
            return ScopedRoutes.Refusal(context.HttpContext).ExecuteAsync(context.HttpContext);
        }

        context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer realm=\"granary\", error=\"insufficient_scope\"";
        return new ProblemResult(Problem.Of(ProblemTypes.Forbidden)).ExecuteAsync(context.HttpContext);
    }
}
