using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.ApiKeys;

/// <summary>The endpoints by which administrators give the machines of a shop keys, and take them away.</summary>
public static class ApiKeyEndpoints
{
    /// <summary>Maps them under <c>/api-keys</c>.</summary>
    public static RouteGroupBuilder MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/api-keys").WithTags("API keys").RequireAuthorization(Policies.Admin)
            .Describes("id", "The id of the API key.");
        keys.MapPost("/", Create).WithName("CreateApiKey").WithSummary("Create an API key for a machine; its text is shown only once")
            .WithExample("""{ "name": "storefront", "scopes": ["orders:write", "orders:read", "users:write"] }""");
        keys.MapGet("/", List).WithName("ListApiKeys").WithSummary("List the API keys that are not revoked")
            .TakesOnly(RouteParameter.Limit, RouteParameter.Cursor)
            .Answers(ProblemTypes.Validation);
        keys.MapDelete("/{id}", Revoke).WithName("RevokeApiKey").WithSummary("Revoke an API key: it ends on every front end within two seconds");
        return keys;
    }

    private static async Task<Results<Created<ApiKeyBody>, ProblemResult>> Create(
        CreateApiKeyRequest request, Caller caller, HttpContext http, [AsParameters] ApiKeyDesk desk)
    {
        var validation = new Validation();
        var name = validation.Text("name", request.Name, Limits.NameLength);
        var scopes = ScopesOf(request.Scopes, validation);
        var expiresAt = ExpiryOf(request.ExpiresAt, desk.Clock, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var (id, text) = ApiKeyText.Generate();
        var reply = await desk.Keys.Create(new CreateApiKey(id, name, scopes, ApiKeyText.HashOf(text), expiresAt, caller.UserId));
        if (reply.Key is not { } key)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        // The only answer that holds the key.
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created("/api-keys/" + key.Id, ApiKeyBody.From(key, text));
    }

    private static async Task<Results<Ok<ApiKeyListBody>, ProblemResult>> List(string? limit, string? cursor, [AsParameters] ApiKeyDesk desk)
    {
        var validation = new Validation();
        var count = PageRequest.Limit(limit, validation);
        var after = PageRequest.PlaceOf(cursor, ApiKeyText.IsId, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var rest = (await desk.Keys.List())
            .SkipWhile(key => after is { } place && (key.CreatedAt, key.Id).CompareTo(place) <= 0)
            .Take(count + 1).ToList();
        return TypedResults.Ok(new ApiKeyListBody(
            [.. rest.Take(count).Select(key => ApiKeyBody.From(key))], rest.Count > count ? PageRequest.CursorAfter(rest[count - 1].CreatedAt, rest[count - 1].Id) : null));
    }

    /// <summary>Revoking what is gone already is no error, so that a repeated request gets the same answer.</summary>
    private static async Task<NoContent> Revoke(string id, Caller caller, [AsParameters] ApiKeyDesk desk)
    {
        if (ApiKeyText.IsId(id))
        {
            await desk.Keys.Revoke(id, caller.UserId);
        }

        return TypedResults.NoContent();
    }

    private static List<string> ScopesOf(IReadOnlyList<string?>? names, Validation validation)
    {
        var all = string.Join(", ", Scopes.All);
        validation.Require(names is { Count: > 0 }, "scopes", $"must name at least one of {all}");
        for (var i = 0; i < names?.Count; i++)
        {
            validation.Require(Scopes.All.Contains(names[i] ?? ""), $"scopes[{i}]", $"is not one of {all}");
        }

        return names?.Distinct().OfType<string>().ToList() ?? [];
    }

    private static DateTimeOffset? ExpiryOf(string? text, TimeProvider clock, Validation validation)
    {
        var at = Rfc3339.Time("expires_at", text, validation);
        validation.Require(at is null || at > clock.GetUtcNow(), "expires_at", "has passed");
        return at;
    }
}

/// <summary>What the endpoints of API keys work with.</summary>
public readonly record struct ApiKeyDesk(IGrainFactory Grains, RefusalProblems Problems, TimeProvider Clock)
{
    /// <summary>The keys of the shop.</summary>
    public IApiKeysGrain Keys => Grains.GetGrain<IApiKeysGrain>(ApiKeyText.Ring);
}
