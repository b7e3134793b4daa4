using Granary.Api.Auth;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;

namespace Granary.Api.Docs;

/// <summary>What all routes of the API have in common.</summary>
public static class CommonAnswers
{
    /// <summary>
    /// Promises the problems that the middleware before every endpoint can answer with. Which of them apply follows from the
    /// metadata of the route: whether it needs a token or a role, reads a body, or may be shed.
    /// </summary>
    public static RouteGroupBuilder AnswersCommonProblems(this RouteGroupBuilder routes)
    {
        ((IEndpointConventionBuilder)routes).Finally(
            static endpoint => endpoint.Metadata.Add(new AnsweredProblems([.. ProblemsOf(endpoint.Metadata)])));
        return routes;
    }

    private static IEnumerable<ProblemType> ProblemsOf(IList<object> metadata)
    {
        yield return ProblemTypes.TooManyRequests;
        yield return ProblemTypes.Internal;
        yield return ProblemTypes.Unavailable;
        if (!metadata.OfType<LoadShedding.Unshed>().Any())
        {
            yield return ProblemTypes.Overloaded;
        }

        if (metadata.OfType<IAcceptsMetadata>().Any())
        {
            yield return ProblemTypes.Validation;
            yield return ProblemTypes.PayloadTooLarge;
            yield return ProblemTypes.UnsupportedMediaType;
        }

        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            yield break;
        }

        yield return ProblemTypes.Unauthorized;
        yield return ProblemTypes.UserSuspended;
        var isScoped = metadata.OfType<RequiredScope>().Any();
        if (isScoped)
        {
            yield return ProblemTypes.InsufficientScope;
        }

        if (!isScoped || metadata.OfType<IAuthorizeData>().Any(authorize => authorize.Policy is not null))
        {
            yield return ProblemTypes.Forbidden;
        }
    }
}
