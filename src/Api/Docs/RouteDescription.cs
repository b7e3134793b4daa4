using System.Diagnostics.CodeAnalysis;
using Granary.Api.Problems;

namespace Granary.Api.Docs;

/// <summary>
/// Metadata of a route about its request and its answers, from which the document is generated. The HTTP tests fail on an answer
/// that is not promised here and on a promised answer that no test has produced.
/// </summary>
public static class RouteDescription
{
    /// <summary>Promises that the route, or every route of the group, can answer with these problems.</summary>
    public static TBuilder Answers<TBuilder>(this TBuilder route, params ProblemType[] problems)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new AnsweredProblems(problems));

    /// <summary>Names a header that the route reads.</summary>
    public static TBuilder Reads<TBuilder>(this TBuilder route, RequestHeader header)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(header);

    /// <summary>Names a header that every success of the route has.</summary>
    public static TBuilder Tells<TBuilder>(this TBuilder route, AnswerHeader header)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(header);

    /// <summary>Describes a read under conditions: see <see cref="Http.Preconditions"/>.</summary>
    public static RouteHandlerBuilder IsConditionalRead(this RouteHandlerBuilder route) => route
        .Reads(RequestHeader.IfMatch)
        .Reads(RequestHeader.IfChanged)
        .Produces(StatusCodes.Status304NotModified)
        .Answers(ProblemTypes.PreconditionFailed);

    /// <summary>Describes a change under conditions: see <see cref="Http.Preconditions"/>.</summary>
    public static RouteHandlerBuilder IsConditionalChange(this RouteHandlerBuilder route, RequestHeader? ifMatch = null) => route
        .Reads(ifMatch ?? RequestHeader.IfMatch)
        .Reads(RequestHeader.IfNoneMatch)
        .Answers(ProblemTypes.PreconditionFailed);

    /// <summary>Names the callers of a route that decides itself whom it serves.</summary>
    public static RouteHandlerBuilder CalledBy(this RouteHandlerBuilder route, string concerned, params string[] roles) =>
        route.WithMetadata(new Callers(concerned, roles));

    /// <summary>Gives a body for the route that can be sent as it stands, but for the host of a webhook.</summary>
    public static TBuilder WithExample<TBuilder>(this TBuilder route, [StringSyntax(StringSyntaxAttribute.Json)] string body)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RequestExample(body));
}

/// <summary>Problems that a route can answer with.</summary>
public sealed record AnsweredProblems(IReadOnlyList<ProblemType> Types);

/// <summary>A body of a request, as JSON.</summary>
public sealed record RequestExample(string Body);
