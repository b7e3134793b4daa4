using System.Net;
using Granary.Grains.Interfaces;

namespace Granary.Http.Tests.Products;

public sealed class ProductTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();
    private readonly HttpClient _anyone = app.CreateClient();

    [Fact]
    public async Task A_product_is_created_once_and_changed_after_that()
    {
        var path = "/products/" + Shop.Unique("SKU");

        using var created = await Put(path, new { name = "Chai", description = "Spiced", price = Shop.Usd(1_800) });
        using var changed = await Put(path, new { name = "Chai tea", price = Shop.Usd(0), status = "suspended" });

        Assert.Equal(path, created.Headers.Location?.ToString());
        var product = await created.Expect(HttpStatusCode.Created);
        Assert.Equal(("Chai", "Spiced", "active", 0), (
            product.Text("name"), product.Text("description"), product.Text("status"), product.Number("available")));
        Assert.Equal(1_800, product.Number("price", "amount"));
        product = await changed.Expect(HttpStatusCode.OK);
        Assert.Equal(("Chai tea", "suspended", 0), (product.Text("name"), product.Text("status"), product.Number("price", "amount")));
    }

    [Theory]
    [InlineData("""{"price":{"amount":1,"currency":"USD"}}""", "name")]
    [InlineData("""{"name":" ","price":{"amount":1,"currency":"USD"}}""", "name")]
    [InlineData("""{"name":"N"}""", "price")]
    [InlineData("""{"name":"N","price":1}""", "price")]
    [InlineData("""{"name":"N","price":{"amount":-1,"currency":"USD"}}""", "price.amount")]
    [InlineData("""{"name":"N","price":{"amount":1000000000001,"currency":"USD"}}""", "price.amount")]
    [InlineData("""{"name":"N","price":{"amount":1,"currency":"EUR"}}""", "price.currency")]
    [InlineData("""{"name":"N","price":{"amount":1}}""", "price.currency")]
    [InlineData("""{"name":"N","price":{"amount":1,"currency":"USD"},"status":"gone"}""", "status")]
    public async Task A_product_out_of_bounds_is_refused(string body, string field)
    {
        using var response = await Put("/products/" + Shop.Unique("SKU"), body);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.Contains(field, problem.At("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task A_product_that_the_caller_already_has_is_not_sent_again()
    {
        var path = "/products/" + await _shop.Product(stock: 7);

        using var read = await _anyone.SendJson(HttpMethod.Get, path);
        var tag = read.Headers.ETag!.ToString();
        using var known = await _anyone.SendJson(HttpMethod.Get, path, null, ("If-None-Match", tag));

        Assert.Equal(7, (await read.Expect(HttpStatusCode.OK)).Number("available"));
        Assert.NotNull(read.Headers.CacheControl);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    [Fact]
    public async Task Stock_never_falls_below_what_is_reserved()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product(stock: 10);
        await customer.Placed((sku, 6));

        using var refused = await Adjust(sku, -5);
        using var taken = await Adjust(sku, -4);

        var problem = await refused.ExpectProblem(409, "insufficient-stock");
        Assert.Equal(4, problem.At("lines").EnumerateArray().Single().Number("available"));
        var level = await taken.Expect(HttpStatusCode.Created);
        Assert.Equal((6, 6, 0), (level.Number("on_hand"), level.Number("reserved"), level.Number("available")));
    }

    [Theory]
    [InlineData("""{"quantity":0,"reason":"r"}""", "quantity")]
    [InlineData("""{"quantity":1000000000001,"reason":"r"}""", "quantity")]
    [InlineData("""{"quantity":1}""", "reason")]
    public async Task A_movement_out_of_bounds_is_refused(string body, string field)
    {
        using var response = await _shop.Staff.PostJson($"/products/{await _shop.Product(stock: 0)}/stock-adjustments", body);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_search_finds_names_and_SKUs_whatever_the_case_page_by_page()
    {
        var word = Shop.Unique("Größe").ToUpperInvariant();
        var skus = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            skus.Add(await _shop.Product(stock: 0, name: $"{word} {i}"));
        }

        var found = new List<string>();
        var path = $"/products?limit=2&search={Uri.EscapeDataString(word.ToLowerInvariant())}";
        var cursor = "";
        while (true)
        {
            using var response = await _anyone.SendJson(HttpMethod.Get, path + cursor);
            var page = await response.Expect(HttpStatusCode.OK);
            found.AddRange(page.At("data").EnumerateArray().Select(product => product.Text("sku")!));
            if (!page.TryGetProperty("next_cursor", out var next))
            {
                break;
            }

            cursor = "&cursor=" + next.GetString();
        }

        Assert.Equal(skus.Order(StringComparer.Ordinal), found);
        using var bySku = await _anyone.SendJson(HttpMethod.Get, "/products?search=" + skus[0].ToLowerInvariant());
        Assert.Equal(skus[0], (await bySku.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().Single().Text("sku"));
    }

    private Task<HttpResponseMessage> Put(string path, object body) => _shop.Staff.SendJson(HttpMethod.Put, path, body);

    private Task<HttpResponseMessage> Adjust(string sku, long quantity, params (string Name, string Value)[] headers) =>
        _shop.Staff.PostJson($"/products/{sku}/stock-adjustments", new { quantity, reason = "count" }, headers);
}
