using System.Collections.Frozen;

namespace Granary.Api.Http;

/// <summary>
/// Refuses query parameters that a list does not have: a misspelt filter would be answered with everything.
/// </summary>
public static class KnownParameters
{
    /// <summary>Names the query parameters of a route. Any other is answered 400 with its name.</summary>
    public static RouteHandlerBuilder TakesOnly(this RouteHandlerBuilder route, params string[] names)
    {
        var known = names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        var refusal = $"is no parameter of this list; it has {string.Join(", ", names)}";
        return route.AddEndpointFilter((context, next) =>
        {
            var validation = new Validation();
            foreach (var name in context.HttpContext.Request.Query.Keys)
            {
                validation.Require(known.Contains(name), name, refusal);
            }

            return validation.Failed ? ValueTask.FromResult<object?>(validation.ToProblem()) : next(context);
        });
    }
}
