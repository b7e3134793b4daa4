using Granary.Api.Problems;
using Granary.Grains.Interfaces.ApiKeys;

namespace Granary.Api.Auth;

/// <summary>The scope that an API key needs at a route. A route without one is closed to keys, unless it is open to everyone.</summary>
/// <param name="Name">One of <see cref="Scopes"/>.</param>
public sealed record RequiredScope(string Name);

/// <summary>Opens routes to API keys.</summary>
public static class ScopedRoutes
{
    /// <summary>Lets API keys with this scope call the route, whatever role a user needs for it; they act for all users.</summary>
    public static TBuilder Scope<TBuilder>(this TBuilder route, string scope)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RequiredScope(scope));

    /// <summary>The scope of the endpoint of a request.</summary>
    public static string? ScopeOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>()?.Name;
    }

    /// <summary>The answer to an API key that lacks the scope of the endpoint; its header goes into the response.</summary>
    public static ProblemResult Refusal(HttpContext context)
    {
        var challenge = "Bearer realm=\"granary\", error=\"insufficient_scope\"";
        if (ScopeOf(context) is not { } scope)
        {
            context.Response.Headers.WWWAuthenticate = challenge;
            return new ProblemResult(Problem.Of(ProblemTypes.Forbidden, "API keys cannot call this operation; it takes a user's token."));
        }

        context.Response.Headers.WWWAuthenticate = $"{challenge}, scope=\"{scope}\"";
        return new ProblemResult(Problem.Of(ProblemTypes.InsufficientScope, $"The API key lacks the scope {scope}.") with { RequiredScope = scope });
    }
}
