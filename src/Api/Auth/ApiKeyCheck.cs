using Granary.Grains.Interfaces.ApiKeys;

namespace Granary.Api.Auth;

/// <summary>
/// Before authentication: makes sure that the front end knows the API keys well enough to verify the one of the request. If the cluster does
/// not answer, the request fails as any other does that needs the cluster, and not as one with a bad key.
/// </summary>
public static class ApiKeyCheck
{
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
        var text = BearerTokens.TextOf(request);
        return text.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal) ? text.ToString() : null;
    }
}
