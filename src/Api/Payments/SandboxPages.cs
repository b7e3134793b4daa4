using System.Net;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Payments;

/// <summary>
/// The bank's page of the <c>sandbox</c> provider: the payer of <c>tok_3ds</c> agrees or refuses. The address is known to the caller who
/// pays; no money moves at the sandbox, so the page asks for no token.
/// </summary>
public static class SandboxPages
{
    /// <summary>Maps the page and its choice.</summary>
    public static void MapSandbox(this IEndpointRouteBuilder routes)
    {
        var page = routes.MapGroup(SandboxPage.PathOf("{id}")).AllowAnonymous().ExcludeFromDescription();
        page.MapGet("", (string id, IGrainFactory grains) => ShowAsync(id, grains, static bank => bank.Show()));
        page.MapPost("/agree", (string id, IGrainFactory grains) => ShowAsync(id, grains, static bank => bank.Choose(agrees: true)));
        page.MapPost("/refuse", (string id, IGrainFactory grains) => ShowAsync(id, grains, static bank => bank.Choose(agrees: false)));
    }

    private static async Task<Results<ContentHttpResult, ProblemResult>> ShowAsync(
        string id, IGrainFactory grains, Func<ISandboxBank, Task<SandboxPage?>> visit) =>
        OrderId.IsValid(id) && await visit(grains.GetGrain<ISandboxBank>(id)) is { } page
            ? TypedResults.Content(Html(id, page), "text/html; charset=utf-8")
            : new ProblemResult(Problem.Of(ProblemTypes.NotFound));

    private static string Html(string id, SandboxPage page)
    {
        var path = SandboxPage.PathOf(id);
        var content = page switch
        {
            { Agreed: { } agreed } => $"<p>You {(agreed ? "agreed" : "refused")}.</p>{Back(page)}",
            { Status: PaymentStatus.RequiresAction } => $"""
                <form method="post" action="{path}/agree"><button>Agree</button></form>
                <form method="post" action="{path}/refuse"><button>Refuse</button></form>
                """,
            _ => $"<p>The payment is {WebUtility.HtmlEncode(Words.Of(page.Status))}.</p>{Back(page)}",
        };
        return $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sandbox bank</title></head>
            <body><main><h1>Sandbox bank</h1>
            <p>Pay {page.Amount} minor units of {WebUtility.HtmlEncode(page.Currency)}? No money moves here.</p>
            {content}
            </main></body>
            </html>
            """;
    }

    private static string Back(SandboxPage page) =>
        page.ReturnUrl is { } url ? $"""<p><a href="{WebUtility.HtmlEncode(url)}">Back to the shop</a></p>""" : "";
}
