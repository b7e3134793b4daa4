using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Granary.Client;
using Granary.Grains.Interfaces;

namespace Granary.Http.Tests.Client;

public sealed class GranaryClientTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task A_refusal_is_thrown_with_the_problem_of_the_API()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product(stock: 1);
        var client = new GranaryClient(customer.Http);

        var refusal = await Assert.ThrowsAsync<GranaryProblemException>(() => client.PlaceOrderAsync(
            new NewOrder { Items = [new NewOrderItem(sku, 2)] }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal("insufficient-stock", refusal.Problem.Slug);
        Assert.Equal(new ProblemLine(sku, 2, 1), Assert.Single(refusal.Problem.Lines!));
    }

    [Fact]
    public async Task An_order_keeps_the_callers_reference_and_metadata()
    {
        var customer = await _shop.Customer();
        var client = new GranaryClient(customer.Http);
        var wish = new NewOrder
        {
            Items = [new NewOrderItem(await _shop.Product(), 1)],
            ExternalReference = "web-7",
            Metadata = new Dictionary<string, string> { ["saleChannel"] = "web" },
        };

        var order = await client.PlaceOrderAsync(wish, cancellationToken: TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<GranaryProblemException>(
            () => client.PlaceOrderAsync(wish, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(("web-7", "web"), (order.ExternalReference, order.Metadata!["saleChannel"]));
        Assert.Equal(("external-reference-taken", order.Id), (refusal.Problem.Slug, refusal.Problem.OrderId));
    }

    [Fact]
    public async Task Orders_are_listed_by_a_filter_and_read_as_they_were()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var customer = await _shop.Customer();
        var client = new GranaryClient(customer.Http);
        var (sku, reference) = (await _shop.Product(), Shop.Unique("web+ 1"));
        var first = await client.PlaceOrderAsync(new NewOrder { Items = [new NewOrderItem(sku, 1)], ExternalReference = reference }, cancellationToken: cancellation);
        var second = await client.PlaceOrderAsync(new NewOrder { Items = [new NewOrderItem(sku, 2)] }, cancellationToken: cancellation);
        var cancelled = await client.CancelOrderAsync(second.Id, cancellationToken: cancellation);

        var filter = new OrderFilter { Sku = sku, OldestFirst = true, From = first.CreatedAt, UserId = customer.Id };
        await Eventually.HoldsAsync(
            async () => (await client.ListOrdersAsync(filter, cancellation).Select(order => (order.Id, order.Version)).ToListAsync(cancellation))
                .SequenceEqual([(first.Id, 1), (second.Id, 2)]),
            "both orders are listed", cancellation: cancellation);
        Assert.Equal(
            first.Id, (await client.ListOrdersAsync(new OrderFilter { ExternalReference = reference }, cancellation).SingleAsync(cancellation)).Id);
        Assert.Equal("pending", (await client.GetOrderAsync(second.Id, 1, cancellation)).Status);
        Assert.Equal("cancelled", (await client.GetOrderAsync(second.Id, cancelled.UpdatedAt, cancellation)).Status);
    }

    [Fact]
    public async Task A_search_continues_over_all_pages()
    {
        var word = Shop.Unique("page");
        var skus = new List<string>();
        for (var i = 0; i < 101; i++)
        {
            skus.Add(await _shop.Product(stock: 0, name: word));
        }

        var client = new GranaryClient(_shop.Staff);
        var found = await client.SearchProductsAsync(word, TestContext.Current.CancellationToken)
            .Select(product => product.Sku).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(skus.Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public async Task A_machine_reads_the_feed_to_its_end_and_follows_it_on()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = app.CreateClient(await app.ApiKey("events:read"));
        var machine = new GranaryClient(http);
        var sku = await _shop.Product();

        var past = await machine.ReadEventsAsync(types: ["product.defined"], cancellationToken: cancellation)
            .Where(read => read.Stream == "stock/" + sku).ToListAsync(cancellation);
        var id = (await (await _shop.Customer()).Placed((sku, 1))).Text("id");
        var placed = await machine.FollowEventsAsync(past[0].Position, cancellationToken: cancellation)
            .FirstAsync(read => read.Stream == "order/" + id, cancellation);

        Assert.Equal(("product.defined", 1L), (Assert.Single(past).Type, past[0].Version));
        Assert.Equal(("order.placed", "pending"), (placed.Type, placed.Data?.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_webhook_is_kept_with_the_client()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var client = new GranaryClient(_shop.Staff);

        var registered = await client.RegisterWebhookAsync("https://127.0.0.1:8/hook", ["order.expired"], cancellation);
        var changed = await client.UpdateWebhookAsync(registered.Id, new WebhookChange { Events = ["stock.low"], Enabled = false }, cancellation);
        var rotated = await client.RotateWebhookSecretAsync(registered.Id, cancellation);
        var tested = await client.TestWebhookAsync(registered.Id, cancellation);
        var read = await client.GetWebhookAsync(registered.Id, cancellation);
        var listed = await client.ListWebhooksAsync(cancellation).AnyAsync(webhook => webhook.Id == registered.Id, cancellation);
        await client.DeleteWebhookAsync(registered.Id, cancellation);

        Assert.Equal(("disabled", "stock.low"), (changed.Status, Assert.Single(changed.Events)));
        Assert.NotEqual(registered.Secret, rotated.Secret);
        Assert.Equal((false, "no connection"), (tested.Delivered, tested.Error));
        Assert.Equal((null, true), (read.Secret, listed));
    }

    [Fact]
    public async Task A_machine_uses_a_key_until_it_is_revoked()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var admin = new GranaryClient(_shop.Staff);
        using var http = app.CreateClient();
        var machine = new GranaryClient(http);
        var key = await admin.CreateApiKeyAsync(new NewApiKey(Shop.Unique("storefront"), ["users:write"]), cancellation);

        machine.UseApiKey(key.Key!);
        var customer = await machine.RegisterCustomerAsync(Shop.Unique("guest"), "Ada", cancellationToken: cancellation);
        var listed = await admin.ListApiKeysAsync(cancellation).SingleAsync(other => other.Id == key.Id, cancellation);
        await admin.RevokeApiKeyAsync(key.Id, cancellation);

        Assert.Equal("Ada", customer.DisplayName);
        Assert.Equal((key.Name, key.Prefix, null), (listed.Name, listed.Prefix, listed.Key));
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await machine.RegisterCustomerAsync(Shop.Unique("guest"), cancellationToken: cancellation);
                return false;
            }
            catch (GranaryProblemException refusal)
            {
                return refusal.Problem.Slug == "unauthorized";
            }
        }, cancellation: cancellation);
    }

    [Fact]
    public async Task A_request_that_the_service_could_not_process_is_repeated_under_the_same_key()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product(stock: 10);
        using var flaky = new Flaky(customer.Http);
        using var http = new HttpClient(flaky) { BaseAddress = app.Address };
        var client = new GranaryClient(http);

        var order = await client.PlaceOrderAsync(
            new NewOrder { Items = [new NewOrderItem(sku, 2)] }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("pending", order.Status);
        Assert.Equal(4, flaky.Keys.Count);
        Assert.Single(flaky.Keys.Distinct());
        Assert.Equal(8, (await _shop.Stock(sku)).Number("available"));
    }

    /// <summary>
    /// First it is out of service, then still processing the request, then it loses the response of a completed request, then it
    /// works.
    /// </summary>
    private sealed class Flaky(HttpClient inner) : HttpMessageHandler
    {
        public List<string> Keys { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Keys.Add(request.Headers.GetValues("Idempotency-Key").Single());
            if (Keys.Count <= 2)
            {
                var response = new HttpResponseMessage(Keys.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Conflict);
                response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.Zero);
                return response;
            }

            var answer = await inner.SendJson(
                request.Method, request.RequestUri!.PathAndQuery,
                Encoding.UTF8.GetString(await request.Content!.ReadAsByteArrayAsync(cancellationToken)),
                ("Idempotency-Key", Keys[^1]));
            return Keys.Count == 3 ? throw new HttpRequestException("The connection was lost.") : answer;
        }
    }
}
