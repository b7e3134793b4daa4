using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Granary.Api.Auth;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Granary.Api.Console;

/// <summary>
/// Signs in to the console at an external issuer: the authorization code flow of OpenID Connect Core 1.0, section 3.1, with PKCE (RFC 7636). The
/// access token that comes of it is verified as every request's token is, and becomes the session. Nothing of a sign-in that is under way is kept
/// on the server: the browser has it in a cookie, so any front end can finish what another one began. The framework's own handler would need keys
/// that all front ends share, for the cookies of its own.
/// </summary>
public sealed partial class ExternalSignIn(
    AuthOptions options, IOptionsMonitor<JwtBearerOptions> bearer, ILogger<ExternalSignIn> logger)
{
    /// <summary>Where it begins.</summary>
    public const string Start = ConsoleCalls.Session + "/external";

    /// <summary>Where the issuer sends the browser back to; to be registered there.</summary>
    public const string Callback = ConsoleCalls.Session + "/callback";

    private const int Entropy = 32;

    // Browsers ignore a cookie of more than 4096 bytes with its name and attributes (RFC 6265, section 6.1): the session would never begin.
    private const int LongestToken = 3_900;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // Lax, not Strict: the issuer's redirect leads here from its own site.
    private static readonly TokenCookie Cookie = new("granary_console_sign_in", ConsoleCalls.Session, SameSiteMode.Lax);

    /// <summary>Sends the browser to the issuer.</summary>
    /// <param name="back">Where it is to come back to in the end.</param>
    public async Task<RedirectHttpResult> BeginAsync(string? back, HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var attempt = new Attempt(Random(), Random(), IsOfTheConsole(back) ? back! : ConsoleCalls.Root);
        if (await MetadataAsync(http.RequestAborted) is not { } issuer)
        {
            return Fail(attempt.Back, "unavailable");
        }

        Cookie.Set(http, attempt.ToText(), Patience);
        return TypedResults.Redirect(QueryHelpers.AddQueryString(issuer.AuthorizationEndpoint, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = options.ClientId,
            ["redirect_uri"] = RedirectUri(http),
            ["scope"] = options.Scopes,
            ["state"] = attempt.State,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(attempt.Verifier))),
            ["code_challenge_method"] = "S256",
        }));
    }

    /// <summary>Makes the issuer's code the session.</summary>
    public async Task<RedirectHttpResult> FinishAsync(string? code, string? state, string? error, HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var attempt = Attempt.From(Cookie.Read(http.Request));
        Cookie.Clear(http);

        // Only the browser that began may finish: otherwise another site could sign somebody in as somebody else (RFC 6749, section 10.12).
        if (attempt is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(attempt.State), Encoding.UTF8.GetBytes(state ?? "")))
        {
            return Fail(ConsoleCalls.Root, "expired");
        }

        if (code is null)
        {
            return Fail(attempt.Back, ErrorCode().IsMatch(error ?? "") ? error! : "failed");
        }

        if (await TokenAsync(code, attempt, http) is not { } token)
        {
            return Fail(attempt.Back, "unavailable");
        }

        http.Request.Headers.Authorization = "Bearer " + token;
        var result = await AuthenticateAsync(http);
        if (result is not { Succeeded: true, Properties.ExpiresUtc: { } expires })
        {
            LogRefusedToken(result.Failure?.Message ?? "it is no access token of this issuer");
            return Fail(attempt.Back, "invalid_token");
        }

        if (token.Length > LongestToken)
        {
            LogRefusedToken($"it has {token.Length} characters, and no more than {LongestToken} fit into a cookie");
            return Fail(attempt.Back, "invalid_token");
        }

        ConsoleCalls.Cookie.Set(http, token, expires - DateTimeOffset.UtcNow);
        return TypedResults.LocalRedirect("~" + attempt.Back);
    }

    private static RedirectHttpResult Fail(string back, string reason) =>
        TypedResults.LocalRedirect("~" + QueryHelpers.AddQueryString(back, "sign_in_error", reason));

    // It goes into a Location header, which is of visible ASCII.
    private static bool IsOfTheConsole(string? path) =>
        path is not null && path.All(static letter => letter is > ' ' and <= '~')
        && (path == ConsoleCalls.Root || path.StartsWith(ConsoleCalls.Root + "/", StringComparison.Ordinal) || path.StartsWith(ConsoleCalls.Root + "?", StringComparison.Ordinal));

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Entropy));

    private static string RedirectUri(HttpContext http) => UriHelper.BuildAbsolute(http.Request.Scheme, http.Request.Host, http.Request.PathBase, Callback);

    // The request's own handler has looked for a token before there was one, and keeps that result.
    private static async Task<AuthenticateResult> AuthenticateAsync(HttpContext http)
    {
        await using var scope = http.RequestServices.CreateAsyncScope();
        var handlers = scope.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>();
        var handler = await handlers.GetHandlerAsync(http, JwtBearerDefaults.AuthenticationScheme);
        return await handler!.AuthenticateAsync();
    }

    private async Task<OpenIdConnectConfiguration?> MetadataAsync(CancellationToken cancellation)
    {
        try
        {
            return await bearer.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager!.GetConfigurationAsync(cancellation);
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or HttpRequestException)
        {
            LogUnavailable(fault.Message);
            return null;
        }
    }

    private async Task<string?> TokenAsync(string code, Attempt attempt, HttpContext http)
    {
        if (await MetadataAsync(http.RequestAborted) is not { } issuer)
        {
            return null;
        }

        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = RedirectUri(http),
            ["client_id"] = options.ClientId!,
            ["code_verifier"] = attempt.Verifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, issuer.TokenEndpoint) { Content = new FormUrlEncodedContent(form) };
        if (options.ClientSecret is { } secret)
        {
            // RFC 6749, section 2.3.1: the way that every issuer must know.
            var pair = $"{Uri.EscapeDataString(options.ClientId!)}:{Uri.EscapeDataString(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
        }

        try
        {
            using var answer = await bearer.Get(JwtBearerDefaults.AuthenticationScheme).Backchannel.SendAsync(request, http.RequestAborted);
            if (!answer.IsSuccessStatusCode)
            {
                LogUnavailable($"The token endpoint answers {(int)answer.StatusCode}.");
                return null;
            }

            using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(http.RequestAborted), default, http.RequestAborted);
            return body.RootElement.TryGetProperty("access_token", out var token) ? token.GetString() : null;
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or TaskCanceledException && !http.RequestAborted.IsCancellationRequested)
        {
            LogUnavailable(fault.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody can sign in to the console at the issuer: {Reason}")]
    private partial void LogUnavailable(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The issuer's access token for the console is refused: {Reason}")]
    private partial void LogRefusedToken(string reason);

    [System.Text.RegularExpressions.GeneratedRegex("^[a-z_]{1,40}$")]
    private static partial System.Text.RegularExpressions.Regex ErrorCode();

    /// <summary>A sign-in that is under way.</summary>
    private sealed record Attempt(string State, string Verifier, string Back)
    {
        public static Attempt? From(string? text) =>
            text?.Split('.') is [{ Length: > 0 } state, { Length: > 0 } verifier, var back] && Base64Url.IsValid(back)
                && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(back)) is var path && IsOfTheConsole(path)
                    ? new Attempt(state, verifier, path)
                    : null;

        public string ToText() => $"{State}.{Verifier}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Back))}";
    }
}
