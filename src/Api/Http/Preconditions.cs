using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Http;

/// <summary>
/// <c>If-Match</c> and <c>If-None-Match</c> of every resource that has an entity tag (RFC 9110, section 13). A change is checked by the
/// grain that makes it, a read by the front end. There are no modification times, so the conditions on them are ignored.
/// </summary>
public static class Preconditions
{
    private const string IfMatch = "If-Match";
    private const string IfNoneMatch = "If-None-Match";

    /// <summary>The conditions of a change; null without any.</summary>
    public static Precondition? Of(HttpRequest request, Validation validation)
    {
        var condition = new Precondition(
            Strong(VersionsIn(IfMatch, request.Headers.IfMatch, validation)),
            Weak(VersionsIn(IfNoneMatch, request.Headers.IfNoneMatch, validation)));
        return condition == Precondition.None ? null : condition;
    }

    /// <summary>
    /// Answers a read of a resource that the caller may see: 412 if <c>If-Match</c> does not hold; else 304 if the caller has the
    /// version already; else with the body. A condition out of form costs its sender the saving, and nothing else.
    /// </summary>
    public static Results<Ok<T>, StatusCodeHttpResult, ProblemResult> Answer<T>(
        HttpContext http, long version, RefusalProblems problems, Func<T> body)
    {
        http.Response.Headers.ETag = EntityTag.Of(version);
        var condition = Of(http.Request, new Validation()) ?? Precondition.None;
        return !condition.IsMatched(version) ? problems.For(new StaleVersion(version))
            : !condition.IsNoneMatched(version) ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(body());
    }

    private static IList<EntityTagHeaderValue>? VersionsIn(string header, StringValues values, Validation validation)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var isList = EntityTagHeaderValue.TryParseStrictList(values, out var tags);
        var isForm = isList && (tags!.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any));
        validation.Require(isForm, header, "must be * or a list of entity tags such as \"1\", \"2\"");
        return isForm ? tags : null;
    }

    /// <summary>Weak tags equal none where the comparison is strong.</summary>
    private static VersionSet? Strong(IList<EntityTagHeaderValue>? tags) =>
        tags is null ? null : VersionsOf(tags.Where(static tag => !tag.IsWeak));

    private static VersionSet? Weak(IList<EntityTagHeaderValue>? tags) => tags is null ? null : VersionsOf(tags);

    private static VersionSet VersionsOf(IEnumerable<EntityTagHeaderValue> tags) =>
        tags.Contains(EntityTagHeaderValue.Any) ? VersionSet.Any
        : new VersionSet([.. tags.Select(EntityTag.VersionOf).OfType<long>()]);
}
