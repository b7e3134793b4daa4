using Granary.Grains.Interfaces.ApiKeys;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Auth;

/// <summary>
/// Before authentication: makes sure that the front end knows the API keys well enough to verify the one of the request. If the cluster does
/// not answer, the request fails as any other does that needs the cluster, and not as one with a bad key.
/// </summary>
public static class ApiKeyCheck
{
    private const string Scheme = "Bearer ";

    /// <summary>Adds the check.</summary>
    public static void UseApiKeyCheck(this WebApplication app)
    {
        var ring = app.Services.GetRequiredService<ApiKeyRing>();
        app.Use(async (context, next) =>
        {
            if (TextOf(context.Request) is { } text)
            {
                await ring.EnsureAsync(text);
            }

            await next(context);
        });
    }

    /// <summary>The API key that a request has as bearer token, or null.</summary>
    public static string? TextOf(HttpRequest request)
    {
        var header = request.Headers[HeaderNames.Authorization].ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && header.AsSpan(Scheme.Length).Trim().StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal)
                ? header[Scheme.Length..].Trim()
                : null;
    }
}
