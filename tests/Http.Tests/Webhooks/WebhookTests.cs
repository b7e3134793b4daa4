using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Granary.Http.Tests.Webhooks;

public sealed class WebhookTests(GranaryApp app)
{
    // No receiver listens there; the application of the tests allows private targets.
    private const string NoReceiver = "https://127.0.0.1:8/hook";

    private readonly Shop _shop = app.OpenShop();
    private readonly HttpClient _staff = app.CreateClient(app.AdminToken);

    [Fact]
    public async Task The_secret_of_a_webhook_is_shown_once()
    {
        using var registered = await Register("order.expired", "order.received");
        var webhook = await registered.Expect(HttpStatusCode.Created);
        var path = "/webhooks/" + webhook.Text("id");

        using var read = await _staff.SendJson(HttpMethod.Get, path);

        Assert.Equal(path, registered.Headers.Location?.ToString());
        Assert.StartsWith("whsec_", webhook.Text("secret"), StringComparison.Ordinal);
        var again = await read.Expect(HttpStatusCode.OK);
        Assert.False(again.TryGetProperty("secret", out _));
        Assert.Equal((NoReceiver, "enabled"), (again.Text("url"), again.Text("status")));
        Assert.Equal(["order.expired", "order.received"], again.At("events").Texts());
    }

    [Fact]
    public async Task The_events_that_are_listed_can_be_subscribed_to()
    {
        using var listed = await _staff.SendJson(HttpMethod.Get, "/webhooks/event-types");
        string[] types = [.. (await listed.Expect(HttpStatusCode.OK)).At("data").Texts().OfType<string>()];

        using var registered = await Register(types);

        Assert.Equal(types, (await registered.Expect(HttpStatusCode.Created)).At("events").Texts());
        Assert.Superset(new HashSet<string> { "order.placed", "product.changed", "stock.low", "payment.captured", "refund.failed" }, types.ToHashSet());
    }

    [Fact]
    public async Task The_list_of_events_takes_no_parameter()
    {
        using var answer = await _staff.SendJson(HttpMethod.Get, "/webhooks/event-types?limit=1");

        await answer.ExpectProblem(400, "validation");
    }

    [Fact]
    public async Task Every_secret_is_32_random_bytes_of_its_own()
    {
        var secrets = new List<byte[]>();
        for (var i = 0; i < 8; i++)
        {
            using var registered = await Register("order.expired");
            var webhook = await registered.Expect(HttpStatusCode.Created);
            secrets.Add(Convert.FromBase64String(webhook.Text("secret")!["whsec_".Length..]));
            using var deleted = await _staff.DeleteAsync("/webhooks/" + webhook.Text("id"), TestContext.Current.CancellationToken);
        }

        // Eight random bytes are all the same once in 10^16 times; a part that is fixed or counts would be, at its place.
        Assert.All(secrets, secret => Assert.Equal(32, secret.Length));
        Assert.All(Enumerable.Range(0, 32), place => Assert.NotEqual(1, secrets.Select(secret => secret[place]).Distinct().Count()));
    }

    [Theory]
    [InlineData("""{"events":["order.paid"]}""", "url")]
    [InlineData("""{"url":"https://127.0.0.1/"}""", "events")]
    [InlineData("""{"url":"https://127.0.0.1/","events":[]}""", "events")]
    [InlineData("""{"url":"https://127.0.0.1/","events":[null]}""", "events")]
    [InlineData("""{"url":"https://127.0.0.1/","events":["order.lost"]}""", "events")]
    [InlineData("""{"url":"http://127.0.0.1/","events":["order.paid"]}""", "url")]
    [InlineData("""{"url":"https://a:b@127.0.0.1/","events":["order.paid"]}""", "url")]
    [InlineData("""{"url":"/hook","events":["order.paid"]}""", "url")]
    public async Task A_webhook_out_of_bounds_is_refused(string body, string field)
    {
        using var response = await _staff.PostJson("/webhooks", body);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.Contains(field, problem.At("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Webhooks_are_listed_in_pages_until_they_are_deleted()
    {
        using var first = await Register("order.expired");
        using var second = await Register("order.expired");
        var ids = new[] { (await first.Body()).Text("id"), (await second.Body()).Text("id") };
        var listed = await Ids();
        Assert.All(ids, id => Assert.Contains(id, listed));

        using var deleted = await _staff.DeleteAsync("/webhooks/" + ids[0], TestContext.Current.CancellationToken);
        using var again = await _staff.DeleteAsync("/webhooks/" + ids[0], TestContext.Current.CancellationToken);
        using var gone = await _staff.SendJson(HttpMethod.Get, "/webhooks/" + ids[0]);

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (deleted.StatusCode, again.StatusCode));
        await gone.ExpectProblem(404, "not-found");
        Assert.DoesNotContain(ids[0], await Ids());
    }

    [Fact]
    public async Task The_log_shows_the_attempts_and_a_delivery_can_be_repeated()
    {
        using var registered = await Register("order.amended");
        var deliveries = $"/webhooks/{(await registered.Body()).Text("id")}/deliveries";
        var order = await Amended();
        JsonElement delivery = default;
        await Eventually.HoldsAsync(async () =>
        {
            using var log = await _staff.SendJson(HttpMethod.Get, deliveries);
            var data = (await log.Expect(HttpStatusCode.OK)).At("data");
            delivery = data.EnumerateArray().SingleOrDefault(entry => entry.Text("order_id") == order);
            return delivery.ValueKind == JsonValueKind.Object && delivery.TryGetProperty("error", out _);
        }, cancellation: TestContext.Current.CancellationToken);

        using var again = await _staff.PostJson($"{deliveries}/{delivery.Text("id")}/redeliver");
        using var unknown = await _staff.PostJson($"{deliveries}/msg_{new string('0', 32)}/redeliver");

        Assert.Equal(("order.amended", "pending", "no connection"), (delivery.Text("type"), delivery.Text("status"), delivery.Text("error")));
        Assert.True(delivery.Number("attempts") >= 1);
        Assert.Equal(delivery.Text("id"), (await again.Expect(HttpStatusCode.Accepted)).Text("id"));
        await unknown.ExpectProblem(404, "not-found");
    }

    [Fact]
    public async Task A_webhook_is_changed_disabled_and_enabled_again()
    {
        using var registered = await Register("order.expired");
        var path = "/webhooks/" + (await registered.Body()).Text("id");

        using var changed = await _staff.SendJson(HttpMethod.Patch, path, new { url = NoReceiver + "/2", events = new[] { "stock.low", "order.paid" }, enabled = false });
        var disabled = await changed.Expect(HttpStatusCode.OK);
        using var enabled = await _staff.SendJson(HttpMethod.Patch, path, new { enabled = true });
        var after = await enabled.Expect(HttpStatusCode.OK);

        Assert.Equal((NoReceiver + "/2", "disabled", "disabled by an operator"), (disabled.Text("url"), disabled.Text("status"), disabled.Text("disabled_reason")));
        Assert.Equal((NoReceiver + "/2", "enabled"), (after.Text("url"), after.Text("status")));
        Assert.Equal(["stock.low", "order.paid"], after.At("events").Texts());
        Assert.False(after.TryGetProperty("secret", out _) || after.TryGetProperty("disabled_reason", out _));
    }

    [Theory]
    [InlineData("{}", "body")]
    [InlineData("""{"events":[]}""", "events")]
    [InlineData("""{"events":[null]}""", "events")]
    [InlineData("""{"events":["stock.reserved"]}""", "events")]
    [InlineData("""{"url":"http://127.0.0.1/"}""", "url")]
    [InlineData("""{"enabled":"yes"}""", "enabled")]
    [InlineData("""{"secret":"whsec_AAAA"}""", "secret")]
    public async Task A_change_out_of_bounds_is_refused_and_changes_nothing(string body, string field)
    {
        using var registered = await Register("order.expired");
        var path = "/webhooks/" + (await registered.Body()).Text("id");

        using var refused = await _staff.SendJson(HttpMethod.Patch, path, body);

        var problem = await refused.ExpectProblem(400, "validation");
        Assert.Contains(field, problem.At("errors").EnumerateObject().Select(error => error.Name));
        using var read = await _staff.SendJson(HttpMethod.Get, path);
        Assert.Equal(["order.expired"], (await read.Body()).At("events").Texts());
    }

    [Fact]
    public async Task A_new_secret_is_shown_once()
    {
        using var registered = await Register("order.expired");
        var webhook = await registered.Body();
        var path = "/webhooks/" + webhook.Text("id");

        using var rotated = await _staff.PostJson(path + "/rotate-secret");
        var secret = (await rotated.Expect(HttpStatusCode.OK)).Text("secret");
        using var read = await _staff.SendJson(HttpMethod.Get, path);

        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.NotEqual(webhook.Text("secret"), secret);
        Assert.True(rotated.Headers.CacheControl?.NoStore);
        Assert.False((await read.Body()).TryGetProperty("secret", out _));
    }

    [Fact]
    public async Task A_test_says_what_happened()
    {
        using var registered = await Register("order.expired");

        using var tested = await _staff.PostJson($"/webhooks/{(await registered.Body()).Text("id")}/test");

        var body = await tested.Expect(HttpStatusCode.OK);
        Assert.Equal((false, "no connection"), (body.At("delivered").GetBoolean(), body.Text("error")));
        Assert.StartsWith("msg_", body.Text("id"), StringComparison.Ordinal);
        Assert.False(body.TryGetProperty("status_code", out _));
    }

    [Fact]
    public async Task A_test_whose_receiver_hangs_is_the_only_one_of_its_webhook()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var receiver = new TcpListener(IPAddress.Loopback, 0);
        receiver.Start();
        var url = $"https://127.0.0.1:{((IPEndPoint)receiver.LocalEndpoint).Port}/hook";
        using var registered = await _staff.PostJson("/webhooks", new { url, events = new[] { "product.reactivated" } });
        var test = $"/webhooks/{(await registered.Expect(HttpStatusCode.Created)).Text("id")}/test";

        // The receiver takes the connection and says nothing.
        var hanging = _staff.PostJson(test);
        using (await receiver.AcceptTcpClientAsync(cancellation))
        {
            using var second = await _staff.PostJson(test);
            await second.ExpectProblem(429, "too-many-requests");
            Assert.NotNull(second.Headers.RetryAfter);
        }

        receiver.Stop();
        using var first = await hanging;
        Assert.False((await first.Expect(HttpStatusCode.OK)).At("delivered").GetBoolean());
        using var third = await _staff.PostJson(test);
        await third.Expect(HttpStatusCode.OK);
    }

    private Task<HttpResponseMessage> Register(params string[] events) => _staff.PostJson("/webhooks", new { url = NoReceiver, events });

    /// <summary>An order that was amended.</summary>
    private async Task<string?> Amended()
    {
        var (sku, customer) = (await _shop.Product(), await _shop.Customer());
        var order = (await customer.Placed((sku, 1))).Text("id");
        using var amended = await customer.Http.SendJson(HttpMethod.Put, "/orders/" + order, new { note = "ring" }, ("If-Match", "*"));
        await amended.Expect(HttpStatusCode.OK);
        return order;
    }

    private async Task<IReadOnlyList<string?>> Ids()
    {
        var ids = new List<string?>();
        string? cursor = null;
        do
        {
            using var page = await _staff.SendJson(HttpMethod.Get, "/webhooks?limit=1" + (cursor is null ? "" : "&cursor=" + cursor));
            var body = await page.Expect(HttpStatusCode.OK);
            ids.AddRange(body.At("data").EnumerateArray().Select(webhook => webhook.Text("id")));
            cursor = body.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        return ids;
    }
}
