using System.Net;
using System.Text.Json;

namespace Granary.Http.Tests.Reading;

/// <summary>Reading what one has written: <c>Granary-Position</c> and <c>Granary-Min-Position</c>, without a replica.</summary>
public sealed class PositionTests(GranaryApp app)
{
    private const string Position = "Granary-Position";
    private const string MinPosition = "Granary-Min-Position";

    private readonly Shop _shop = app.OpenShop();
    private readonly HttpClient _staff = app.CreateClient(app.AdminToken);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_of_orders_has_each_change_of_an_order_whose_position_is_sent()
    {
        var sku = await _shop.Product();
        await Parallel.ForAsync(0, 20, Cancellation, async (_, _) =>
        {
            var ada = await _shop.Customer();
            using var placed = await ada.Order(null, (sku, 1));
            var order = await placed.Expect(HttpStatusCode.Created);
            var id = order.Text("id")!;
            Assert.Equal($"order/{id}@{order.Number("version")}", PositionOf(placed));
            Assert.Equal("pending", (await FirstAsync(ada, PositionOf(placed))).Text("status"));

            using var paid = await ada.Http.PostJson($"/orders/{id}/pay");
            await paid.Expect(HttpStatusCode.OK);
            Assert.Equal("paid", (await FirstAsync(ada, PositionOf(paid))).Text("status"));
        });
    }

    [Fact]
    public async Task A_search_and_a_product_are_as_new_as_the_position_that_is_sent()
    {
        var sku = await _shop.Product();
        for (var i = 0; i < 5; i++)
        {
            var name = Shop.Unique("Kettle");
            using var renamed = await _staff.SendJson(HttpMethod.Put, "/products/" + sku, new { name, price = Shop.Usd(1_000) });
            await renamed.Expect(HttpStatusCode.OK);
            using var stocked = await _staff.PostJson($"/products/{sku}/stock-adjustments", new { quantity = 1, reason = "delivery" });
            await stocked.Expect(HttpStatusCode.Created);
            var demand = $"{PositionOf(renamed)}, {PositionOf(stocked)}";

            var listed = Assert.Single((await ReadAsync(_staff, "/products?search=" + name, demand)).At("data").EnumerateArray());
            Assert.All([listed, await ReadAsync(_staff, "/products/" + sku, demand)], product =>
                Assert.Equal((name, 101 + i), (product.Text("name"), product.Number("available"))));
        }
    }

    [Fact]
    public async Task The_figures_and_the_feed_have_the_order_whose_position_is_sent()
    {
        var (sku, ada) = (await _shop.Product(), await _shop.Customer());
        using var placed = await ada.Order(null, (sku, 1));
        var id = (await placed.Expect(HttpStatusCode.Created)).Text("id")!;
        var before = await StatisticsAsync(PositionOf(placed));

        using var another = await ada.Order(null, (sku, 1));
        await another.Expect(HttpStatusCode.Created);
        var after = await StatisticsAsync(PositionOf(another));

        Assert.True(after.At("orders_per_minute").EnumerateArray().Sum(minute => minute.GetInt64())
            > before.At("orders_per_minute").EnumerateArray().Sum(minute => minute.GetInt64()));

        var end = "0";
        List<JsonElement> events = [];
        while (true)
        {
            var page = await ReadAsync(_staff, $"/events?types=order.placed&limit=100&after={end}", PositionOf(another));
            events.AddRange(page.At("data").EnumerateArray());
            if (page.At("data").GetArrayLength() == 0)
            {
                break;
            }

            end = page.Text("next")!;
        }

        Assert.Contains(events, read => read.GetRawText().Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_follows_the_feed_may_send_a_position_too()
    {
        var (sku, ada) = (await _shop.Product(), await _shop.Customer());
        using var placed = await ada.Order(null, (sku, 1));
        var id = (await placed.Expect(HttpStatusCode.Created)).Text("id")!;

        using var followed = await _staff.SendJson(
            HttpMethod.Get, "/events?types=order.placed", null, ("Accept", "text/event-stream"), (MinPosition, PositionOf(placed)));

        Assert.Equal(HttpStatusCode.OK, followed.StatusCode);
        Assert.Equal("primary", SourceOf(followed));
        using var reader = new StreamReader(await followed.Content.ReadAsStreamAsync(Cancellation));
        while (await reader.ReadLineAsync(Cancellation) is { } line && !line.Contains(id, StringComparison.Ordinal))
        {
            // The earlier orders of other tests.
        }
    }

    [Fact]
    public async Task Without_a_replica_every_list_says_that_it_was_read_at_the_primary()
    {
        foreach (var path in new[] { "/orders", "/orders/export", "/products", "/events", "/statistics" })
        {
            using var answer = await _staff.SendJson(HttpMethod.Get, path);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("primary", SourceOf(answer));
        }
    }

    [Fact]
    public async Task A_position_that_is_not_reached_is_answered_503_by_every_operation_that_takes_one()
    {
        var operations = (await Operation.AllOf(app)).Where(operation => operation.Problems.Contains("position-not-reached")).ToList();
        Assert.Equal(
            ["ExportOrders", "GetProduct", "GetStatistics", "ListOrders", "ReadEvents", "SearchProducts"],
            operations.Select(operation => operation.Name).Order(StringComparer.Ordinal));

        await Parallel.ForEachAsync(operations, Cancellation, async (operation, _) =>
        {
            using var answer = await operation.Send(_staff, (MinPosition, $"stock/{Operation.Sku}@7"));

            await answer.ExpectProblem(503, "position-not-reached");
            Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        });
    }

    [Theory]
    [InlineData("7")]
    [InlineData("")]
    [InlineData("order/01jd@")]
    [InlineData("order/01jd@0")]
    [InlineData("order/01jd@-1")]
    [InlineData("order/@1")]
    [InlineData("order/01jd@99999999999999999999")]
    [InlineData("basket/01jd@1")]
    [InlineData("order/0 1@1")]
    [InlineData("order/01jd@1,,order/01jd@2")]
    [InlineData("order/01jd@1;order/01jd@2")]
    public async Task A_position_out_of_form_is_refused_with_the_name_of_the_header(string text)
    {
        foreach (var path in new[] { "/orders", "/orders/export", "/products", "/products/CUP", "/events", "/statistics" })
        {
            using var answer = await _staff.SendJson(HttpMethod.Get, path, null, (MinPosition, text));

            var problem = await answer.ExpectProblem(400, "validation");
            Assert.True(problem.At("errors").TryGetProperty(MinPosition, out _), path);
        }
    }

    [Fact]
    public async Task Sixteen_positions_may_be_sent_and_no_more()
    {
        var (sku, ada) = (await _shop.Product(), await _shop.Customer());
        using var placed = await ada.Order(null, (sku, 1));
        await placed.Expect(HttpStatusCode.Created);
        string Times(int count) => string.Join(", ", Enumerable.Repeat(PositionOf(placed), count));

        using var most = await ada.Http.SendJson(HttpMethod.Get, "/orders", null, (MinPosition, Times(16)));
        using var tooMany = await ada.Http.SendJson(HttpMethod.Get, "/orders", null, (MinPosition, Times(17)));

        await most.Expect(HttpStatusCode.OK);
        await tooMany.ExpectProblem(400, "validation");
    }

    private static string PositionOf(HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues(Position));

    private static string SourceOf(HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues("Granary-Read-From"));

    private static async Task<JsonElement> FirstAsync(Customer customer, string position) =>
        Assert.Single((await ReadAsync(customer.Http, "/orders?limit=1", position)).At("data").EnumerateArray());

    private Task<JsonElement> StatisticsAsync(string position) => ReadAsync(_staff, "/statistics", position);

    /// <summary>Reads as a client does: on a busy machine, what has not reached the position in time is asked for again.</summary>
    private static async Task<JsonElement> ReadAsync(HttpClient http, string path, string position)
    {
        JsonElement read = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.SendJson(HttpMethod.Get, path, null, (MinPosition, position));
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    await answer.ExpectProblem(503, "position-not-reached");
                    return false;
                }

                read = await answer.Expect(HttpStatusCode.OK);
                return true;
            },
            $"{path} has {position}",
            cancellation: Cancellation);
        return read;
    }
}
