using System.Net;

namespace Granary.PaymentProvider;

/// <summary>The page of the payer's bank, as 3-D Secure has one: the payer agrees or refuses and goes back to the shop.</summary>
internal static class ChallengeEndpoints
{
    public static void MapChallenges(this WebApplication app)
    {
        app.MapGet("/challenge/{payment}", (string payment, Ledger ledger) => ledger.FindPayment(payment) is { } found
            ? Page(found)
            : Results.NotFound());
        app.MapPost("/challenge/{payment}/{choice}", (string payment, string choice, Ledger ledger) =>
        {
            var acted = ledger.Act(payment, agrees: choice == "agree") ?? ledger.FindPayment(payment);
            return acted is null ? Results.NotFound()
                : acted.ReturnUrl is { } back && Uri.TryCreate(back, UriKind.Absolute, out var shop) && shop.Scheme.StartsWith("http", StringComparison.Ordinal)
                    ? Results.Redirect(shop.AbsoluteUri)
                : Page(acted);
        });
    }

    private static IResult Page(LedgerPayment payment)
    {
        var name = WebUtility.HtmlEncode(payment.Payment);
        var choices = payment.Status != "requires_action" ? $"<p>This payment is {payment.Status}.</p>" : $"""
            <form method="post" action="/challenge/{name}/agree"><button>Agree</button></form>
            <form method="post" action="/challenge/{name}/refuse"><button>Refuse</button></form>
            """;
        return Results.Content(
            $"""
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Sample bank</title>
            <h1>Sample bank</h1><p>Pay {payment.Amount} minor units of {WebUtility.HtmlEncode(payment.Currency)}?</p>{choices}</html>
            """,
            "text/html; charset=utf-8");
    }
}
