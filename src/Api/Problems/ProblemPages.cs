using System.Globalization;
using System.Net;
using System.Text;
using Granary.Api.Traffic;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Problems;

/// <summary>The documentation behind every <c>type</c> of a problem.</summary>
public static class ProblemPages
{
    /// <summary>Maps <c>/problems</c> and a page per type.</summary>
    public static void MapProblemPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/problems", () => Page("Problems", Index())).AllowAnonymous().CopiesBytes().ExcludeFromDescription();
        routes.MapGet("/problems/{slug}", Results<ContentHttpResult, ProblemResult> (string slug) =>
            ProblemTypes.Find(slug) is { } type
                ? Page(type.Title, Describe(type))
                : new ProblemResult(Problem.Of(ProblemTypes.NotFound))).AllowAnonymous().CopiesBytes().ExcludeFromDescription();
    }

    private static string Index()
    {
        var rows = new StringBuilder("<ul>");
        foreach (var type in ProblemTypes.All)
        {
            rows.Append(CultureInfo.InvariantCulture, $"<li><a href=\"{type.Uri}\"><code>{type.Slug}</code></a> ")
                .Append(CultureInfo.InvariantCulture, $"{type.Status} {WebUtility.HtmlEncode(type.Title)}</li>");
        }

        return rows.Append("</ul>").ToString();
    }

    private static string Describe(ProblemType type)
    {
        var members = type.Members.Count == 0
            ? "none"
            : string.Join(", ", type.Members.Select(member => $"<code>{member}</code>"));
        return $"""
            <dl>
            <dt>Type</dt><dd><code>{type.Uri}</code></dd>
            <dt>HTTP status</dt><dd>{type.Status}</dd>
            <dt>When</dt><dd>{WebUtility.HtmlEncode(type.Meaning)}</dd>
            <dt>What to do</dt><dd>{WebUtility.HtmlEncode(type.Remedy)}</dd>
            <dt>Extension members</dt><dd>{members}</dd>
            </dl>
            <p><a href="/problems">All problems</a></p>
            """;
    }

    private static ContentHttpResult Page(string title, string content) => TypedResults.Content($"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{WebUtility.HtmlEncode(title)}</title></head>
        <body><main><h1>{WebUtility.HtmlEncode(title)}</h1>
        {content}
        </main></body>
        </html>
        """, "text/html; charset=utf-8");
}
