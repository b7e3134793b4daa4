using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Granary.Client;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Payments.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Payments;

/// <summary>External payments and refunds over HTTP, with the sandbox as the provider.</summary>
public sealed class ExternalPaymentTests(GranaryApp app)
{
    private const long Total = 10_000;

    private readonly Shop _shop = app.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_payment_that_is_captured_pays_the_order_and_is_answered_once()
    {
        var (customer, order) = await PlacedAsync();
        Assert.Equal(("external", "unpaid"), (order.Text("payment_method"), order.Text("payment_status")));

        using var first = await PayAsync(customer, order, "tok_ok", "key");
        var payment = await first.Expect(HttpStatusCode.Created);
        using var again = await PayAsync(customer, order, "tok_ok", "key");
        using var reused = await PayAsync(customer, order, "tok_slow", "key");
        using var second = await PayAsync(customer, order, "tok_ok", "another-key");

        Assert.Equal("/payments/" + payment.Text("id"), first.Headers.Location?.OriginalString);
        Assert.Equal(("captured", "automatic", "sandbox", false), (payment.Text("status"), payment.Text("capture"), payment.Text("provider"), payment.At("needs_attention").GetBoolean()));
        Assert.Equal((Total, Total, 0), (payment.Number("amount", "amount"), payment.Number("captured", "amount"), payment.Number("refunded", "amount")));
        Assert.Equal("payment.created", payment.At("timeline")[0].Text("type"));
        Assert.Equal(payment.Text("id"), (await again.Expect(HttpStatusCode.OK)).Text("id"));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        await reused.ExpectProblem(422, "idempotency-key-reused");
        Assert.Equal("paid", (await second.ExpectProblem(409, "illegal-transition")).Text("current_status"));
        var paid = await OrderAsync(customer, order);
        Assert.Equal(("paid", "paid"), (paid.Text("status"), paid.Text("payment_status")));
        Assert.Equal(
            (Total, 0, Total, 0),
            (paid.Number("amounts", "total", "amount"), paid.Number("amounts", "authorized", "amount"), paid.Number("amounts", "captured", "amount"), paid.Number("amounts", "refunded", "amount")));
        Assert.Equal((1_000_000, 0), await _shop.Wallet(customer));
    }

    [Fact]
    public async Task A_declined_payment_says_why_and_another_one_may_follow()
    {
        var (customer, order) = await PlacedAsync();

        using var declined = await PayAsync(customer, order, "tok_declined");
        using var paid = await PayAsync(customer, order, "tok_slow");

        var problem = await declined.ExpectProblem(402, "payment-declined");
        Assert.Equal("insufficient_funds", problem.Text("decline_code"));
        Assert.Equal("captured", (await paid.Expect(HttpStatusCode.Created)).Text("status"));
        using var list = await customer.Http.GetAsync($"/orders/{order.Text("id")}/payments", Cancellation);
        Assert.Equal(["declined", "captured"], (await list.Body()).At("data").EnumerateArray().Select(payment => payment.Text("status")));
        using var read = await customer.Http.GetAsync("/payments/" + problem.Text("payment_id"), Cancellation);
        Assert.Equal("insufficient_funds", (await read.Expect(HttpStatusCode.OK)).Text("decline_code"));
    }

    [Theory]
    [InlineData("agree", "captured", "paid")]
    [InlineData("refuse", "declined", "pending")]
    public async Task A_payer_who_must_act_does_so_on_the_page_of_the_bank(string choice, string payment, string status)
    {
        var (customer, order) = await PlacedAsync();

        using var answer = await PayAsync(customer, order, "tok_3ds");
        var open = await answer.Expect(HttpStatusCode.Accepted);
        using var amended = await customer.Http.SendJson(HttpMethod.Put, "/orders/" + order.Text("id"), new { note = "ring" }, ("If-Match", "*"));
        using var other = await PayAsync(customer, order, "tok_ok");
        var page = open.Text("next_action", "url")!;
        using var stranger = app.CreateClient();
        var shown = await stranger.GetStringAsync(page, Cancellation);
        using var chosen = await stranger.PostAsync($"{page}/{choice}", null, Cancellation);

        Assert.Equal("requires_action", open.Text("status"));
        Assert.StartsWith(app.Address.AbsoluteUri + "sandbox/payments/", page, StringComparison.Ordinal);
        Assert.Equal("/payments/" + open.Text("id"), answer.Headers.Location?.OriginalString);
        Assert.Equal(open.Text("id"), (await amended.ExpectProblem(409, "payment-in-progress")).Text("payment_id"));
        Assert.Equal(open.Text("id"), (await other.ExpectProblem(409, "payment-in-progress")).Text("payment_id"));
        Assert.Contains("Agree", shown, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, chosen.StatusCode);
        await Eventually.HoldsAsync(
            async () => (await ReadAsync(customer, open)).Text("status") == payment && (await OrderAsync(customer, order)).Text("status") == status,
            "the choice is taken in",
            cancellation: Cancellation);
        Assert.DoesNotContain("Agree", await stranger.GetStringAsync(page, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authorized_payment_is_captured_on_request_or_when_the_order_ships()
    {
        var (customer, order) = await PlacedAsync();
        var (_, other) = await PlacedAsync(customer);
        using var answer = await PayAsync(customer, order, "tok_ok", capture: "manual");
        var payment = await answer.Expect(HttpStatusCode.Created);
        using var ofOther = await PayAsync(customer, other, "tok_ok", capture: "manual");
        var otherPayment = await ofOther.Expect(HttpStatusCode.Created);
        Assert.Equal("authorized", payment.Text("status"));
        Assert.Equal(("paid", "authorized"), ((await OrderAsync(customer, order)).Text("status"), (await OrderAsync(customer, order)).Text("payment_status")));

        using var voided = await _shop.Staff.PostJson($"/payments/{payment.Text("id")}/void");
        using var captured = await _shop.Staff.PostJson($"/payments/{payment.Text("id")}/capture");
        using var again = await _shop.Staff.PostJson($"/payments/{payment.Text("id")}/capture");
        using var packed = await _shop.Staff.PostJson($"/orders/{other.Text("id")}/pack");
        using var shipped = await _shop.Staff.PostJson($"/orders/{other.Text("id")}/ship", new { carrier = "Post", tracking_number = "1" });

        await voided.ExpectProblem(409, "illegal-transition");
        Assert.Equal("captured", (await captured.Expect(HttpStatusCode.OK)).Text("status"));
        await again.Expect(HttpStatusCode.OK);
        await shipped.Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(
            async () => (await ReadAsync(customer, otherPayment)).Text("status") == "captured", "shipping captures", cancellation: Cancellation);
    }

    [Fact]
    public async Task A_payment_that_waits_for_the_payer_can_be_voided_and_is_voided_with_its_order()
    {
        var (customer, order) = await PlacedAsync();
        using var waiting = await PayAsync(customer, order, "tok_3ds", "key");
        var first = await waiting.Expect(HttpStatusCode.Accepted);
        using var voided = await _shop.Staff.PostJson($"/payments/{first.Text("id")}/void");
        Assert.Equal("voided", (await voided.Expect(HttpStatusCode.OK)).Text("status"));
        using var repeated = await PayAsync(customer, order, "tok_3ds", "key");
        Assert.Equal("voided", (await repeated.ExpectProblem(409, "illegal-transition")).Text("current_status"));

        using var next = await PayAsync(customer, order, "tok_3ds");
        var second = await next.Expect(HttpStatusCode.Accepted);
        using var cancelled = await customer.Http.SendJson(HttpMethod.Delete, "/orders/" + order.Text("id"), new { reason = "too slow" });

        await cancelled.Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(
            async () => (await ReadAsync(customer, second)).Text("status") == "voided", "nothing is left open", cancellation: Cancellation);
    }

    [Fact]
    public async Task Refunds_never_exceed_what_was_captured()
    {
        var (customer, order) = await PlacedAsync();
        using var paid = await PayAsync(customer, order, "tok_ok");
        await paid.Expect(HttpStatusCode.Created);

        using var first = await RefundAsync(order, 3_000, "key");
        var refund = await first.Expect(HttpStatusCode.Created);
        using var second = await RefundAsync(order, 4_000);
        using var third = await RefundAsync(order, 4_000);
        using var again = await RefundAsync(order, 3_000, "key");
        using var reused = await RefundAsync(order, 2_000, "key");

        Assert.Equal(("succeeded", 3_000), (refund.Text("status"), refund.Number("amount", "amount")));
        await second.Expect(HttpStatusCode.Created);
        Assert.Equal(3_000, (await third.ExpectProblem(409, "refund-exceeds-captured")).Number("refundable", "amount"));
        Assert.Equal(refund.Text("id"), (await again.Expect(HttpStatusCode.OK)).Text("id"));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        await reused.ExpectProblem(422, "idempotency-key-reused");
        var after = await OrderAsync(customer, order);
        Assert.Equal(("partially_refunded", 7_000), (after.Text("payment_status"), after.Number("amounts", "refunded", "amount")));
        Assert.Equal([3_000, 4_000], after.At("refunds").EnumerateArray().Select(given => given.Number("amount", "amount")));
    }

    [Fact]
    public async Task A_refund_of_an_order_that_the_wallet_paid_goes_to_the_wallet()
    {
        var customer = await _shop.Customer(money: Total);
        var order = await customer.Placed((await _shop.Product(price: Total), 1));
        using var early = await RefundAsync(order, 1);
        await early.ExpectProblem(409, "illegal-transition");
        using var paid = await customer.Http.PostJson($"/orders/{order.Text("id")}/pay");
        await paid.Expect(HttpStatusCode.OK);

        using var refunded = await RefundAsync(order, 4_000);

        Assert.Equal("succeeded", (await refunded.Expect(HttpStatusCode.Created)).Text("status"));
        await Eventually.HoldsAsync(async () => await _shop.Wallet(customer) == (4_000, 0), "the wallet has it", cancellation: Cancellation);
        using var external = await PayAsync(customer, order, "tok_ok");
        await external.ExpectProblem(409, "illegal-transition");
    }

    [Fact]
    public async Task An_order_that_is_not_paid_in_this_way_says_so()
    {
        var (customer, external) = await PlacedAsync();
        var wallet = await customer.Placed((await _shop.Product(price: Total), 1));

        using var fromWallet = await customer.Http.PostJson($"/orders/{external.Text("id")}/pay");
        using var byProvider = await PayAsync(customer, wallet, "tok_ok");

        Assert.Equal(
            "The order is paid by an external payment, not from the wallet.", (await fromWallet.ExpectProblem(409, "illegal-transition")).Text("detail"));
        Assert.Equal(OrderPaymentDecisions.PaidFromWallet, (await byProvider.ExpectProblem(409, "illegal-transition")).Text("detail"));
    }

    [Fact]
    public async Task Malformed_requests_are_refused_by_the_field()
    {
        var (customer, order) = await PlacedAsync();
        var path = $"/orders/{order.Text("id")}";
        using var noKey = await customer.Http.PostJson(path + "/payments", new { token = "tok_ok" });
        using var noToken = await customer.Http.PostJson(path + "/payments", new { capture = "later" }, ("Idempotency-Key", "key"));
        using var noRefundKey = await _shop.Staff.PostJson(path + "/refunds", new { amount = new { amount = 0 } });
        using var method = await customer.Http.PostJson("/orders", new { items = Array.Empty<object>(), payment_method = "cash" });
        using var unknown = await PayAsync(customer, JsonElement.Parse("""{ "id": "00000000000000000000000000" }"""), "tok_ok");
        using var list = await customer.Http.GetAsync(path + "/payments?limit=1", Cancellation);

        Assert.Equal(["Idempotency-Key"], Fields(await noKey.ExpectProblem(400, "validation")));
        Assert.Equal(["token", "capture"], Fields(await noToken.ExpectProblem(400, "validation")));
        Assert.Equal(["Idempotency-Key", "amount.currency", "amount.amount", "reason"], Fields(await noRefundKey.ExpectProblem(400, "validation")));
        Assert.Contains("payment_method", Fields(await method.ExpectProblem(400, "validation")));
        await unknown.ExpectProblem(404, "not-found");
        await list.ExpectProblem(400, "validation");
    }

    [Fact]
    public async Task An_event_of_the_provider_counts_once_and_only_with_its_signature()
    {
        var (customer, order) = await PlacedAsync();
        using var answer = await PayAsync(customer, order, "tok_ok");
        var payment = await answer.Expect(HttpStatusCode.Created);
        var (headers, body) = SandboxProvider.EventOf(Shop.Unique("evt"), "captured", payment.Text("id")!, DateTimeOffset.UtcNow);
        var (old, oldBody) = SandboxProvider.EventOf(Shop.Unique("evt"), "captured", payment.Text("id")!, DateTimeOffset.UtcNow.AddMinutes(-6));
        var (odd, _) = SandboxProvider.EventOf("evt", "captured", "x", DateTimeOffset.UtcNow);

        var before = (await ReadAsync(customer, payment)).Number("version");
        for (var i = 0; i < 5; i++)
        {
            using var taken = await SendEventAsync("sandbox", headers, body);
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        }

        using var late = await SendEventAsync("sandbox", old, oldBody);
        using var forged = await SendEventAsync("sandbox", odd, body);
        using var elsewhere = await SendEventAsync("stripe", headers, body);
        using var unsigned = await SendEventAsync("sandbox", new Dictionary<string, string>(), body);

        await late.ExpectProblem(401, "invalid-signature");
        await forged.ExpectProblem(401, "invalid-signature");
        await unsigned.ExpectProblem(401, "invalid-signature");
        await elsewhere.ExpectProblem(404, "not-found");
        var after = await ReadAsync(customer, payment);
        Assert.Equal(("captured", before + 1), (after.Text("status"), after.Number("version")));
    }

    [Fact]
    public async Task A_body_that_is_no_event_or_too_large_is_refused()
    {
        var (headers, body) = SandboxProvider.EventOf("", "captured", "", DateTimeOffset.UtcNow);

        using var refused = await SendEventAsync("sandbox", headers, body);

        using var large = await SendEventAsync("sandbox", headers, new byte[65_537]);
        await large.ExpectProblem(413, "payload-too-large");
        Assert.Equal(["body"], Fields(await refused.ExpectProblem(400, "validation")));
    }

    [Fact]
    public async Task Without_a_provider_nothing_is_placed_for_it()
    {
        await using var plain = await GranaryApp.StartWith("--Granary:Payments:Provider=None");
        var shop = plain.OpenShop();
        var customer = await shop.Customer();
        var sku = await shop.Product();

        using var refused = await customer.Http.PostJson(
            "/orders", new { items = new[] { new { sku, quantity = 1 } }, payment_method = "external" });
        using var events = await customer.Http.PostJson("/payment-webhooks/none", new { id = "evt" });

        var placed = await customer.Placed((sku, 1));
        using var paid = await PayAsync(customer, placed, "tok_ok");

        await refused.ExpectProblem(422, "payments-not-configured");
        await paid.ExpectProblem(422, "payments-not-configured");
        await events.ExpectProblem(404, "not-found");
        Assert.Equal(99, (await shop.Stock(sku)).Number("available"));
    }

    [Theory]
    [InlineData("4242424242424242")]
    [InlineData("5555 5555 5555 4444")]
    [InlineData("3782-822463-10005")]
    public async Task A_card_number_is_not_taken_for_a_token_and_not_stored(string number)
    {
        var (customer, order) = await PlacedAsync();

        using var refused = await PayAsync(customer, order, number);

        var problem = await refused.ExpectProblem(400, "validation");
        Assert.Equal(["token"], Fields(problem));
        Assert.DoesNotContain(number, problem.ToString(), StringComparison.Ordinal);
        using var other = await PayAsync(customer, order, "4242424242424241");
        await other.ExpectProblem(402, "payment-declined");
    }

    [Fact]
    public async Task The_client_does_not_wait_for_a_provider_that_is_left_alone()
    {
        using var http = new HttpClient(new LeftAlone()) { BaseAddress = app.Address };

        var refused = await Assert.ThrowsAsync<HttpRequestException>(
            () => new GranaryClient(http).PayOrderExternallyAsync("order", "tok_ok", cancellationToken: Cancellation));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    [Fact]
    public async Task While_the_provider_is_silent_what_was_asked_for_is_accepted()
    {
        var provider = new SilentProvider();
        await using var silent = await GranaryApp.StartWith(
            builder => builder.Services.AddSingleton<IPaymentProvider>(provider), "--Granary:Payments:Provider=None");
        var tests = new ExternalPaymentTests(silent);
        var (customer, captured) = await tests.PlacedAsync();
        var (_, voided) = await tests.PlacedAsync(customer);
        var (_, refunded) = await tests.PlacedAsync(customer);
        using var toCapture = await PayAsync(customer, captured, "tok_ok", capture: "manual");
        using var toRefund = await PayAsync(customer, refunded, "tok_ok");
        using var toVoid = await PayAsync(customer, voided, "tok_3ds");
        using var unwanted = await tests.RefundAsync(refunded, 404, "unwanted");
        using var stillUnwanted = await tests.RefundAsync(refunded, 404, "unwanted");
        provider.IsSilent = true;

        using var capture = await tests._shop.Staff.PostJson($"/payments/{(await toCapture.Expect(HttpStatusCode.Created)).Text("id")}/capture");
        using var withdrawal = await tests._shop.Staff.PostJson($"/payments/{(await toVoid.Expect(HttpStatusCode.Accepted)).Text("id")}/void");
        await toRefund.Expect(HttpStatusCode.Created);
        using var refund = await tests.RefundAsync(refunded, 1_000, "key");
        using var repeated = await tests.RefundAsync(refunded, 1_000, "key");

        Assert.Equal("card_closed", (await unwanted.ExpectProblem(402, "payment-declined")).Text("decline_code"));
        await stillUnwanted.ExpectProblem(402, "payment-declined");
        Assert.Equal("capturing", (await capture.Expect(HttpStatusCode.Accepted)).Text("status"));
        Assert.Equal("voiding", (await withdrawal.Expect(HttpStatusCode.Accepted)).Text("status"));
        Assert.Equal("pending", (await refund.Expect(HttpStatusCode.Accepted)).Text("status"));
        Assert.Equal("true", repeated.Headers.GetValues("Idempotent-Replayed").Single());
    }

    [Fact]
    public async Task The_client_pays_captures_voids_and_refunds()
    {
        var (customer, placed) = await PlacedAsync();
        var client = new GranaryClient(customer.Http);
        var staff = new GranaryClient(_shop.Staff);
        var id = placed.Text("id")!;
        var declined = await Assert.ThrowsAsync<GranaryProblemException>(
            () => client.PayOrderExternallyAsync(id, "tok_declined", cancellationToken: Cancellation));
        var open = await client.PayOrderExternallyAsync(id, "tok_3ds", cancellationToken: Cancellation);
        var voided = await staff.VoidPaymentAsync(open.Id, Cancellation);
        var authorized = await client.PayOrderExternallyAsync(id, "tok_ok", "manual", cancellationToken: Cancellation);
        var captured = await staff.CapturePaymentAsync(authorized.Id, Cancellation);
        var refund = await staff.RefundOrderAsync(id, new Money(1_000, "USD"), "one is broken", cancellationToken: Cancellation);
        var excess = await Assert.ThrowsAsync<GranaryProblemException>(
            () => staff.RefundOrderAsync(id, new Money(Total, "USD"), "all of it", cancellationToken: Cancellation));

        Assert.Equal("insufficient_funds", declined.Problem.DeclineCode);
        Assert.NotNull(open.NextAction);
        Assert.Equal(("voided", "authorized", "captured"), (voided.Status, authorized.Status, captured.Status));
        Assert.Equal(("succeeded", new Money(Total - 1_000, "USD")), (refund.Status, excess.Problem.Refundable));
        Assert.Equal(3, (await client.ListPaymentsAsync(id, Cancellation)).Count);
        Assert.Equal(new Money(1_000, "USD"), (await client.GetPaymentAsync(captured.Id, Cancellation)).Refunded);
        var order = await client.GetOrderAsync(id, Cancellation);
        Assert.Equal(("external", "partially_refunded", 1_000), (order.PaymentMethod, order.PaymentStatus, order.Amounts!.Refunded.Amount));
    }

    [Fact]
    public async Task An_API_key_pays_and_refunds_for_customers()
    {
        var (_, order) = await PlacedAsync();
        using var storefront = app.CreateClient(await app.ApiKey(Scopes.OrdersWrite));
        using var desk = app.CreateClient(await app.ApiKey(Scopes.PaymentsWrite));

        using var paid = await storefront.PostJson($"/orders/{order.Text("id")}/payments", new { token = "tok_ok" }, ("Idempotency-Key", "key"));
        using var refunded = await desk.PostJson(
            $"/orders/{order.Text("id")}/refunds", new { amount = Shop.Usd(1), reason = "a scratch" }, ("Idempotency-Key", "key"));

        Assert.StartsWith("key_", (await paid.Expect(HttpStatusCode.Created)).At("timeline")[0].Text("by"), StringComparison.Ordinal);
        Assert.StartsWith("key_", (await refunded.Expect(HttpStatusCode.Created)).Text("by"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Fields(JsonElement problem) => problem.At("errors").EnumerateObject().Select(field => field.Name);

    private async Task<(Customer Customer, JsonElement Order)> PlacedAsync(Customer? customer = null)
    {
        customer ??= await _shop.Customer();
        var sku = await _shop.Product(price: Total);
        using var placed = await customer.Http.PostJson("/orders", new { items = new[] { new { sku, quantity = 1 } }, payment_method = "external" });
        return (customer, await placed.Expect(HttpStatusCode.Created));
    }

    private static Task<HttpResponseMessage> PayAsync(
        Customer customer, JsonElement order, string token, string? key = null, string? capture = null) =>
        customer.Http.PostJson($"/orders/{order.Text("id")}/payments", new { token, capture }, ("Idempotency-Key", key ?? Guid.NewGuid().ToString()));

    private Task<HttpResponseMessage> RefundAsync(JsonElement order, long amount, string? key = null) => _shop.Staff.PostJson(
        $"/orders/{order.Text("id")}/refunds",
        new { amount = Shop.Usd(amount), reason = "one is broken" },
        ("Idempotency-Key", key ?? Guid.NewGuid().ToString()));

    private static async Task<JsonElement> OrderAsync(Customer customer, JsonElement order)
    {
        using var answer = await customer.Http.GetAsync("/orders/" + order.Text("id"), Cancellation);
        return await answer.Expect(HttpStatusCode.OK);
    }

    private static async Task<JsonElement> ReadAsync(Customer customer, JsonElement payment)
    {
        using var answer = await customer.Http.GetAsync("/payments/" + payment.Text("id"), Cancellation);
        return await answer.Expect(HttpStatusCode.OK);
    }

    private async Task<HttpResponseMessage> SendEventAsync(string provider, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        using var http = app.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/payment-webhooks/" + provider) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await http.SendAsync(request, Cancellation);
    }

    /// <summary>A product whose breaker is open. A second request would come after a minute.</summary>
    private sealed class LeftAlone : HttpMessageHandler
    {
        private bool _isAsked;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.False(_isAsked);
            _isAsked = true;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
            {
                Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(60)) },
            });
        }
    }
}
