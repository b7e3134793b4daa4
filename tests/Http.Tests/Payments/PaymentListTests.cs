using System.Net;
using Granary.Client;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Payments.Reconciling;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Payments;

/// <summary>What staff have to look at: <c>GET /payments</c>, <c>POST /payments/{id}/acknowledge</c>, <c>GET /payments/reconciliation</c>.</summary>
public sealed class PaymentListTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_payment_that_needs_attention_is_listed_until_an_operator_has_acknowledged_it()
    {
        var (first, other) = (await PaidAsync("tok_ok"), await PaidAsync("tok_declined"));
        await DisputeAsync(first);
        var client = new GranaryClient(_shop.Staff);
        await ListedAsync(client, first, needsAttention: true, expected: true);
        await ListedAsync(client, other, needsAttention: false, expected: true);
        Assert.DoesNotContain(await client.ListAllPaymentsAsync(status: "declined", cancellationToken: Cancellation).ToListAsync(Cancellation), payment => payment.Id == first);
        Assert.Contains(await client.ListAllPaymentsAsync(status: "declined", cancellationToken: Cancellation).ToListAsync(Cancellation), payment => payment.Id == other);

        using var wrong = await _shop.Staff.PostJson($"/payments/{first}/acknowledge", new { reason = "list_differs", note = "Seen." });
        Assert.Equal(
            ["is not why the payment needs attention now, which is disputed"], (await wrong.ExpectProblem(400, "validation")).At("errors").At("reason").Texts());
        var acknowledged = await client.AcknowledgePaymentAsync(first, "disputed", "Answered in the dashboard.", Cancellation);
        var again = await client.AcknowledgePaymentAsync(first, "disputed", "Answered in the dashboard.", Cancellation);

        Assert.Equal((false, "payment.attention_acknowledged"), (acknowledged.NeedsAttention, acknowledged.Timeline[^1].Type));
        Assert.Equal(acknowledged.Version, again.Version);
        await ListedAsync(client, first, needsAttention: true, expected: false);
        await Eventually.HoldsAsync(
            async () => (await client.ListAuditAsync(subject: "payment/" + first, cancellationToken: Cancellation).ToListAsync(Cancellation)) is [{ Type: "payment.attention_acknowledged" }],
            "the acknowledgement is in the audit", cancellation: Cancellation);
    }

    [Fact]
    public async Task Pages_of_payments_follow_each_other_newest_first()
    {
        var (first, second) = (await PaidAsync("tok_ok"), await PaidAsync("tok_ok"));
        var client = new GranaryClient(_shop.Staff);
        await ListedAsync(client, first, needsAttention: false, expected: true);
        await ListedAsync(client, second, needsAttention: false, expected: true);

        var (found, cursor) = (new List<string>(), "");
        while (cursor is not null)
        {
            using var answer = await _shop.Staff.GetAsync($"/payments?limit=1{cursor}", Cancellation);
            var page = await answer.Expect(HttpStatusCode.OK);
            found.AddRange(page.At("data").EnumerateArray().Select(payment => payment.Text("id")!));
            cursor = page.TryGetProperty("next_cursor", out var next) && !found.Contains(first) ? "&cursor=" + next.GetString() : null;
        }

        Assert.Equal(found.Distinct(), found);
        Assert.True(found.IndexOf(second) >= 0 && found.IndexOf(second) < found.IndexOf(first), string.Join(", ", found));
    }

    [Theory]
    [InlineData("needs_attention=1", "needs_attention")]
    [InlineData("status=none", "status")]
    [InlineData("limit=0", "limit")]
    [InlineData("cursor=eA", "cursor")]
    [InlineData("user=x", "user")]
    public async Task A_malformed_query_is_refused(string query, string field)
    {
        using var response = await _shop.Staff.GetAsync("/payments?" + query, Cancellation);

        Assert.True((await response.ExpectProblem(400, "validation")).At("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task An_acknowledgement_says_what_was_looked_at_and_of_which_payment()
    {
        using var empty = await _shop.Staff.PostJson("/payments/01k0c3w8e4x5y6z7a8b9c0d1f3/acknowledge", new { reason = "disputed" });
        using var unknown = await _shop.Staff.PostJson("/payments/01k0c3w8e4x5y6z7a8b9c0d1f3/acknowledge", new { reason = "disputed", note = "Seen." });

        Assert.True((await empty.ExpectProblem(400, "validation")).At("errors").TryGetProperty("note", out _));
        await unknown.ExpectProblem(404, "not-found");
    }

    [Fact]
    public async Task The_last_comparison_with_the_provider_is_told()
    {
        using var none = await _shop.Staff.GetAsync("/payments/reconciliation", Cancellation);
        using var odd = await _shop.Staff.GetAsync("/payments/reconciliation?day=1", Cancellation);
        await none.ExpectProblem(404, "not-found");
        await odd.ExpectProblem(400, "validation");
        var midnight = new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero);
        await app.Services.GetRequiredService<ReconciliationStore>().SaveAsync(
            new PaymentReconciliation
            {
                At = midnight.AddHours(2), From = midnight.AddDays(-1), To = midnight, Provider = "http", Matched = 3, OnTheirWay = 1, Foreign = 2,
                Kinds = new Dictionary<string, int> { ["missing_here"] = 1 },
                Differences = [new PaymentDifference("missing_here", "p1", "refund", "p1-refund-3", null, 500, "asked")],
            },
            Cancellation);

        var report = await new GranaryClient(_shop.Staff).GetReconciliationAsync(Cancellation);

        Assert.Equal((midnight, "http", 3, 1, 2), (report.To, report.Provider, report.Matched, report.OnTheirWay, report.Foreign));
        Assert.Equal(1, report.Kinds["missing_here"]);
        Assert.Equal(new ReconciliationDifference("missing_here", "p1", "refund", "asked", "p1-refund-3", null, new Money(500, "USD")), Assert.Single(report.Differences));
    }

    private static Task ListedAsync(GranaryClient client, string id, bool needsAttention, bool expected) => Eventually.HoldsAsync(
        async () => await client.ListAllPaymentsAsync(needsAttention, cancellationToken: Cancellation).AnyAsync(payment => payment.Id == id, Cancellation) == expected,
        $"payment {id} {(expected ? "is" : "is not")} in the list", cancellation: Cancellation);

    private async Task<string> PaidAsync(string token)
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        using var placed = await customer.Http.PostJson("/orders", new { items = new[] { new { sku, quantity = 1 } }, payment_method = "external" });
        var order = (await placed.Expect(HttpStatusCode.Created)).Text("id");
        using var paid = await customer.Http.PostJson($"/orders/{order}/payments", new { token }, ("Idempotency-Key", "key"));
        using var list = await customer.Http.GetAsync($"/orders/{order}/payments", Cancellation);
        return (await list.Expect(HttpStatusCode.OK)).At("data")[0].Text("id")!;
    }

    private async Task DisputeAsync(string payment)
    {
        var (headers, body) = SandboxProvider.EventOf(Shop.Unique("evt"), "disputed", payment, DateTimeOffset.UtcNow);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/payment-webhooks/sandbox") { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var http = app.CreateClient();
        using var taken = await http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }
}
