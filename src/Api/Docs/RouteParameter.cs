using System.Collections.Frozen;
using Granary.Api.Http;

namespace Granary.Api.Docs;

/// <summary>A parameter in the path or the query of a route, as the document describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it means.</param>
/// <param name="Choices">The words that it takes; null for any text.</param>
/// <param name="IsRepeatable">Whether it may be given several times.</param>
public sealed record RouteParameter(string Name, string Description, IReadOnlyList<string>? Choices = null, bool IsRepeatable = false)
{
    /// <summary>The length of a page.</summary>
    public static readonly RouteParameter Limit = new(
        "limit", $"How many entries a page has at most: 1 to {PageRequest.MostLimit}.");

    /// <summary>Where a page begins.</summary>
    public static readonly RouteParameter Cursor = new(
        "cursor", "The next_cursor of the page before; without it, the list begins.");
}

/// <summary>Describes the parameters of routes.</summary>
public static class RouteParameters
{
    /// <summary>Describes a parameter of the path of a route, or of every route of the group.</summary>
    public static TBuilder Describes<TBuilder>(this TBuilder routes, string name, string description)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new RouteParameter(name, description));

    /// <summary>
    /// Names the query parameters of a list or another read. Any other, and one that is given twice, is answered 400 with its name: a misspelt filter
    /// would be answered with everything.
    /// </summary>
    public static RouteHandlerBuilder TakesOnly(this RouteHandlerBuilder route, params RouteParameter[] parameters)
    {
        var known = parameters.Select(parameter => parameter.Name).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        var repeatable = parameters.Where(parameter => parameter.IsRepeatable).Select(parameter => parameter.Name).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        var refusal = $"is no parameter of this address; it has {(parameters.Length == 0 ? "none" : string.Join(", ", parameters.Select(parameter => parameter.Name)))}";
        return route.WithMetadata([.. parameters]).AddEndpointFilter((context, next) =>
        {
            var validation = new Validation();
            foreach (var (name, values) in context.HttpContext.Request.Query)
            {
                validation.Require(known.Contains(name), name, refusal);
                validation.Require(values.Count == 1 || !known.Contains(name) || repeatable.Contains(name), name, "is given more than once");
            }

            return validation.Failed ? ValueTask.FromResult<object?>(validation.ToProblem()) : next(context);
        });
    }
}
