using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Granary.Grains.Interfaces;

namespace Granary.Http.Tests;

/// <summary>
/// Input that a careless or hostile client may send, case by case: the response is always a problem of the right type, never a
/// fault.
/// </summary>
public sealed class BadInputTests(GranaryApp app)
{
    private static readonly string Long = new('x', 1_001);

    private readonly HttpClient _client = app.CreateClient(app.AdminToken);

    /// <summary>Bodies of POST /orders, and the field that the response must name.</summary>
    public static TheoryData<string, string> OrderBodies => new()
    {
        { "", "body" },
        { "{", "body" },
        { "null", "body" },
        { "[]", "body" },
        { "\"order\"", "body" },
        { "{}", "items" },
        { """{"items":null}""", "items" },
        { """{"items":[]}""", "items" },
        { """{"items":"tea"}""", "items" },
        { """{"items":[null]}""", "items[0]" },
        { """{"items":[{}]}""", "items[0].sku" },
        { """{"items":[7]}""", "items[0]" },
        { Items(101), "items" },
        { Item("\"A\"", "\"1\""), "items[0].quantity" },
        { Item("\"A\"", "null"), "items[0].quantity" },
        { Item("\"A\"", "true"), "items[0].quantity" },
        { Item("\"A\"", "1.5"), "items[0].quantity" },
        { Item("\"A\"", "0"), "items[0].quantity" },
        { Item("\"A\"", "-1"), "items[0].quantity" },
        { Item("\"A\"", "10001"), "items[0].quantity" },
        { Item("\"A\"", "9223372036854775807"), "items[0].quantity" },
        { Item("\"A\"", "9223372036854775808"), "items[0].quantity" },
        { Item("\"A\"", "1e999"), "items[0].quantity" },
        { Item("\"A\"", "NaN"), "items[0].quantity" },
        { Item("7", "1"), "items[0].sku" },
        { Item("\"\"", "1"), "items[0].sku" },
        { Item("\"../../etc/passwd\"", "1"), "items[0].sku" },
        { Item("\"a b\"", "1"), "items[0].sku" },
        { Item("\"☕️\"", "1"), "items[0].sku" },
        { Item("\"A\\u0000\"", "1"), "items[0].sku" },
        { Item($"\"{new string('A', 65)}\"", "1"), "items[0].sku" },
        { """{"items":[{"sku":"A","quantity":6000},{"sku":"A","quantity":4001}]}""", "items" },
        { """{"items":[{"sku":"A","quantity":1,"price":1}]}""", "items[0].price" },
        { """{"items":[{"sku":"A","quantity":1}],"total":1}""", "total" },
        { """{"Items":[{"sku":"A","quantity":1}]}""", "Items" },
        { With("\"note\":\"a\",\"note\":\"b\""), "note" },
        { With("\"note\":7"), "note" },
        { With("\"note\":\"a\\u0000b\""), "note" },
        { With("\"note\":\"\\u001b[31m\""), "note" },
        { With("\"note\":\"\\ud83d\""), "note" },
        { With($"\"note\":\"{Long}\""), "note" },
        { With("\"shipping_address\":[]"), "shipping_address" },
        { With($"\"shipping_address\":{{\"city\":\"{Long}\"}}"), "shipping_address.city" },
        { With("\"shipping_address\":{\"planet\":\"Mars\"}"), "shipping_address.planet" },
        { With("\"user_id\":\"'; drop table journal\""), "user_id" },
        { With("\"timestamp\":\"yesterday\""), "timestamp" },
        { With("\"timestamp\":99999999999999999999"), "timestamp" },
    };

    [Theory]
    [MemberData(nameof(OrderBodies))]
    public async Task A_bad_order_is_refused_with_the_field_that_is_wrong(string body, string field)
    {
        using var response = await _client.PostJson("/orders", body);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.Contains(field, problem.At("errors").EnumerateObject().Select(error => error.Name));
        AssertNothingLeaks(problem);
    }

    [Theory]
    [InlineData("""{"items":[{"sku":"A","quantity":1,}]}""")]
    [InlineData("""{"items":[{"sku":"A","quantity":1}]} {}""")]
    [InlineData("""{"items":[{"sku":"A","quantity":1}]/* why not */}""")]
    [InlineData("""{'items':[]}""")]
    [InlineData("""{"items":[{"sku":"A","quantity":01}]}""")]
    [InlineData("<order/>")]
    public async Task A_body_that_is_not_JSON_is_refused(string body)
    {
        using var response = await _client.PostJson("/orders", body);

        AssertNothingLeaks(await response.ExpectProblem(400, "validation"));
    }

    [Theory]
    [InlineData(17)]
    [InlineData(50_000)]
    public async Task Excessive_nesting_is_refused(int depth)
    {
        using var response = await _client.PostJson("/orders", "{\"items\":" + new string('[', depth));

        AssertNothingLeaks(await response.ExpectProblem(400, "validation"));
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_refused()
    {
        using var content = new ByteArrayContent([.. "{\"note\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _client.PostAsync("/orders", content, TestContext.Current.CancellationToken);

        AssertNothingLeaks(await response.ExpectProblem(400, "validation"));
    }

    [Theory]
    [InlineData(65_537)]
    [InlineData(10_000_000)]
    public async Task A_body_that_is_too_large_is_refused(int length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = new StringContent(new string(' ', length), Encoding.UTF8, "application/json"),
        };

        // The client waits for the server's approval before it sends megabytes in vain.
        request.Headers.ExpectContinue = true;
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        await response.ExpectProblem(413, "payload-too-large");
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json;charset=\"UTF-8\"")]
    [InlineData("application/merge-patch+json; charset=\"utf-8\"")]
    [InlineData("APPLICATION/JSON")]
    public async Task A_body_may_name_its_encoding_in_every_way(string contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var response = await _client.PostAsync("/orders", content, TestContext.Current.CancellationToken);

        await response.ExpectProblem(400, "validation");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task A_body_that_is_not_declared_as_JSON_is_refused(string? contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await _client.PostAsync("/orders", content, TestContext.Current.CancellationToken);

        await response.ExpectProblem(415, "unsupported-media-type");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity, gzip")]
    [InlineData("nonsense")]
    public async Task A_body_in_a_coding_that_is_not_read_is_refused(string coding)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);

        using var response = await _client.PostAsync("/orders", content, TestContext.Current.CancellationToken);

        await response.ExpectProblem(415, "unsupported-media-type");
        Assert.Equal("identity", Assert.Single(response.Headers.GetValues("Accept-Encoding")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("256")]
    public async Task A_malformed_idempotency_key_is_refused(string key)
    {
        using var response = await _client.PostJson(
            "/orders", With("\"note\":\"n\""), ("Idempotency-Key", key == "256" ? new string('k', 256) : key));

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty("Idempotency-Key", out _));
    }

    [Fact]
    public async Task A_total_that_overflows_is_refused()
    {
        var shop = app.OpenShop();
        var customer = await shop.Customer();
        var sku = await shop.Product(stock: 10_000, price: Limits.Price);

        using var response = await customer.Order(null, (sku, 10_000));

        await response.ExpectProblem(400, "validation");
        Assert.Equal(10_000, (await shop.Stock(sku)).Number("available"));
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not-found")]
    [InlineData("GET", "/orders/none", 404, "not-found")]
    [InlineData("GET", "/orders/%F0%9F%92%A9", 404, "not-found")]
    [InlineData("GET", "/orders/00000000000000000000000000", 404, "not-found")]
    [InlineData("POST", "/orders/00000000000000000000000000/pay", 404, "not-found")]
    [InlineData("DELETE", "/orders/00000000000000000000000000", 404, "not-found")]
    [InlineData("GET", "/products/%E2%98%83", 404, "not-found")]
    [InlineData("GET", "/products/NO-SUCH-SKU", 404, "not-found")]
    [InlineData("GET", "/products/NO-SUCH-SKU/stock", 404, "not-found")]
    [InlineData("GET", "/users/u-00000000000000000000000000", 404, "not-found")]
    [InlineData("GET", "/users/someone", 404, "not-found")]
    [InlineData("GET", "/problems/none", 404, "not-found")]
    [InlineData("PATCH", "/orders", 405, "method-not-allowed")]
    [InlineData("POST", "/products/A", 405, "method-not-allowed")]
    [InlineData("GET", "/products?limit=0", 400, "validation")]
    [InlineData("GET", "/products?limit=101", 400, "validation")]
    [InlineData("GET", "/products?limit=ten", 400, "validation")]
    [InlineData("GET", "/products?limit=1&limit=2", 400, "validation")]
    [InlineData("GET", "/products?cursor=***", 400, "validation")]
    [InlineData("GET", "/products?cursor=4piD", 400, "validation")]
    [InlineData("GET", "/products?search=%00", 400, "validation")]
    public async Task An_unknown_address_is_answered_with_a_problem(string method, string path, int status, string slug)
    {
        using var response = await _client.SendJson(new HttpMethod(method), path);

        AssertNothingLeaks(await response.ExpectProblem(status, slug));
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
    }

    private static string Item(string sku, string quantity) => $$"""{"items":[{"sku":{{sku}},"quantity":{{quantity}}}]}""";

    private static string Items(int count) =>
        $$"""{"items":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"sku":"A{{i}}","quantity":1}"""))}}]}""";

    private static string With(string member) => $$"""{"items":[{"sku":"A","quantity":1}],{{member}}}""";

    private static void AssertNothingLeaks(JsonElement problem)
    {
        var text = problem.GetRawText();
        Assert.DoesNotContain("Granary", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }
}
