using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Http.Tests.Auth;

/// <summary>
/// The part of an OpenID Connect issuer that a resource server and a confidential client use: the discovery document (OpenID Connect Discovery
/// 1.0, section 4), the key set (RFC 7517), and the code flow with PKCE for one user, who agrees at once.
/// </summary>
public sealed class TestIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ECDsaSecurityKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "issuer-1" };

    private readonly ConcurrentDictionary<string, (string Challenge, string RedirectUri)> _codes = new();

    private TestIssuer(WebApplication app) => _app = app;

    /// <summary>The client that may sign users in, and its secret.</summary>
    public static (string Id, string Secret) Client => ("granary-console", "a-secret:with-100%-of-it");

    /// <summary>The audience of the tokens that it issues for codes.</summary>
    public string Audience { get; set; } = "granary-api";

    /// <summary>What else its tokens have.</summary>
    public string[] Groups { get; set; } = [];

    /// <summary>The error code (RFC 6749, section 4.1.2.1) with which it lets nobody in; null while it lets the user in.</summary>
    public string? Refusal { get; set; }

    /// <summary>The issuer's identifier.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Starts one on a free port.</summary>
    public static async Task<TestIssuer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var issuer = new TestIssuer(builder.Build());
        issuer._app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = issuer.Address,
            jwks_uri = issuer.Address + "/keys",
            authorization_endpoint = issuer.Address + "/authorize",
            token_endpoint = issuer.Address + "/token",
            id_token_signing_alg_values_supported = new[] { "ES256" },
        }));
        issuer._app.MapGet("/keys", () => Results.Json(new { keys = new[] { issuer.PublicKey() } }));
        issuer._app.MapGet("/authorize", issuer.Authorize);
        issuer._app.MapPost("/token", (Delegate)issuer.Exchange);
        await issuer._app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    /// <summary>A token of this issuer.</summary>
    public string TokenOf(string subject, string audience, params string[] roles) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = audience,
            Expires = DateTime.UtcNow.AddMinutes(5),
            Claims = new Dictionary<string, object> { ["sub"] = subject, ["roles"] = roles, ["name"] = "Ada", ["groups"] = Groups },
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.EcdsaSha256),
        });

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["response_type"] != "code" || query["client_id"] != Client.Id || query["code_challenge_method"] != "S256" || query["scope"] != "openid profile orders")
        {
            return Results.BadRequest();
        }

        if (Refusal is not null)
        {
            return Results.Redirect($"{query["redirect_uri"]}?error={Refusal}&state={Uri.EscapeDataString(query["state"]!)}");
        }

        var code = Guid.NewGuid().ToString();
        _codes[code] = (query["code_challenge"]!, query["redirect_uri"]!);
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"]!)}");
    }

    private async Task<IResult> Exchange(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var expected = $"{Uri.EscapeDataString(Client.Id)}:{Uri.EscapeDataString(Client.Secret)}";
        var isClient = request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(expected));
        var challenge = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        return isClient && form["grant_type"] == "authorization_code" && _codes.TryRemove(form["code"].ToString(), out var known)
            && known == (challenge, form["redirect_uri"].ToString())
                ? Results.Json(new { access_token = TokenOf("ada", Audience, "operator"), token_type = "Bearer", expires_in = 300 })
                : Results.BadRequest(new { error = "invalid_grant" });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.ECDsa.Dispose();
    }

    private object PublicKey()
    {
        var point = _key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return new
        {
            kty = "EC",
            crv = "P-256",
            use = "sig",
            alg = "ES256",
            kid = _key.KeyId,
            x = Base64UrlEncoder.Encode(point.X),
            y = Base64UrlEncoder.Encode(point.Y),
        };
    }
}
