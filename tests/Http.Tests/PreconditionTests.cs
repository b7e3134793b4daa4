using System.Net;
using System.Net.Http.Headers;

namespace Granary.Http.Tests;

/// <summary>Conditional requests (RFC 9110, section 13) on every resource that has an entity tag: orders and products.</summary>
public sealed class PreconditionTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    /// <summary>Conditions in which TAG stands for the current tag, and whether a change is carried out under them.</summary>
    public static TheoryData<string, string, bool> Conditions => new()
    {
        { "If-Match", "TAG", true },
        { "If-Match", "*", true },
        { "If-Match", "\"0\", TAG", true },
        { "If-Match", "\"foreign\", TAG,", true },
        { "If-Match", "\"0\"", false },
        { "If-Match", "\"0\", \"foreign\"", false },
        { "If-Match", "W/TAG", false },
        { "If-Match", "\"0TAG", false },
        { "If-None-Match", "\"0\"", true },
        { "If-None-Match", "\"0TAG", true },
        { "If-None-Match", "TAG", false },
        { "If-None-Match", "W/TAG", false },
        { "If-None-Match", "\"0\", W/TAG", false },
        { "If-None-Match", "*", false },
    };

    public static TheoryData<string, string> Malformed => new()
    {
        { "If-Match", "nonsense" },
        { "If-Match", "1" },
        { "If-Match", "" },
        { "If-Match", "*, \"1\"" },
        { "If-Match", "\"1\", nonsense" },
        { "If-None-Match", "nonsense" },
        { "If-None-Match", "\"1\", *" },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task An_order_is_changed_only_under_its_conditions(string header, string value, bool holds)
    {
        var (path, tag) = await Order();

        using var answer = await _shop.Staff.SendJson(HttpMethod.Post, path + "/pay", null, (header, With(value, tag)));

        await AssertChanged(answer, holds, path);
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task A_product_is_changed_only_under_its_conditions(string header, string value, bool holds)
    {
        var (path, tag) = await Product();

        using var answer = await Put(path, 2_000, (header, With(value, tag)));

        await AssertChanged(answer, holds, path);
        using var product = await _shop.Staff.SendJson(HttpMethod.Get, path);
        Assert.Equal(holds ? 2_000 : 1_000, (await product.Expect(HttpStatusCode.OK)).Number("price", "amount"));
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task A_read_answers_412_to_If_Match_and_304_to_If_None_Match(string header, string value, bool holds)
    {
        foreach (var (path, tag) in new[] { await Order(), await Product() })
        {
            using var read = await _shop.Staff.SendJson(HttpMethod.Get, path);
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                using var answer = await _shop.Staff.SendJson(method, path, null, (header, With(value, tag)));

                Assert.Equal(
                    holds ? HttpStatusCode.OK : header == "If-Match" ? HttpStatusCode.PreconditionFailed : HttpStatusCode.NotModified,
                    answer.StatusCode);
                Assert.Equal(tag, answer.Headers.ETag);
                Assert.Equal(read.Headers.CacheControl, answer.Headers.CacheControl);
                Assert.True(answer.StatusCode != HttpStatusCode.NotModified || answer.Content.Headers.ContentType is null);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_change_under_a_condition_out_of_form_is_refused_and_a_read_is_answered_in_full(string header, string value)
    {
        foreach (var (path, _) in new[] { await Order(), await Product() })
        {
            using var read = await _shop.Staff.SendJson(HttpMethod.Get, path, null, (header, value));
            await read.Expect(HttpStatusCode.OK);
            using var change = path.StartsWith("/orders", StringComparison.Ordinal)
                ? await _shop.Staff.SendJson(HttpMethod.Post, path + "/pay", null, (header, value))
                : await Put(path, 2_000, (header, value));

            Assert.True((await change.ExpectProblem(400, "validation")).At("errors").TryGetProperty(header, out _));
        }
    }

    [Fact]
    public async Task If_Match_is_looked_at_before_If_None_Match()
    {
        var (path, tag) = await Order();

        using var stale = await _shop.Staff.SendJson(HttpMethod.Get, path, null, ("If-Match", "\"0\""), ("If-None-Match", tag.Tag));
        using var known = await _shop.Staff.SendJson(HttpMethod.Get, path, null, ("If-Match", tag.Tag), ("If-None-Match", tag.Tag));

        await stale.ExpectProblem(412, "precondition-failed");
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    [Theory]
    [InlineData("If-Match", "*")]
    [InlineData("If-None-Match", "*")]
    public async Task What_does_not_exist_is_not_found_whatever_the_conditions(string header, string value)
    {
        using var order = await _shop.Staff.SendJson(
            HttpMethod.Post, "/orders/00000000000000000000000000/pay", null, (header, value));
        using var product = await _shop.Staff.SendJson(HttpMethod.Get, "/products/NO-SUCH-SKU", null, (header, value));

        await order.ExpectProblem(404, "not-found");
        await product.ExpectProblem(404, "not-found");
    }

    [Fact]
    public async Task A_product_can_be_created_and_nothing_but_created()
    {
        var path = "/products/" + Shop.Unique("SKU");

        using var created = await Put(path, 1, ("If-None-Match", "*"));
        using var again = await Put(path, 2, ("If-None-Match", "*"));

        await created.Expect(HttpStatusCode.Created);
        var problem = await again.ExpectProblem(412, "precondition-failed");
        Assert.Equal(created.Headers.ETag!.Tag, $"\"{problem.Number("current_version")}\"");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"1\"")]
    public async Task A_product_that_must_exist_is_not_created(string tag)
    {
        var sku = Shop.Unique("SKU");

        using var refused = await Put("/products/" + sku, 1, ("If-Match", tag));

        var problem = await refused.ExpectProblem(412, "precondition-failed");
        Assert.False(problem.TryGetProperty("current_version", out _));
        using var found = await _shop.Staff.SendJson(HttpMethod.Get, "/products?search=" + sku);
        Assert.Empty((await found.Expect(HttpStatusCode.OK)).At("data").EnumerateArray());
    }

    [Fact]
    public async Task Of_two_administrators_who_have_read_the_same_product_one_changes_it()
    {
        var (path, tag) = await Product();

        var answers = await Task.WhenAll(Enumerable.Range(1, 2).Select(price => Put(path, price, ("If-Match", tag.Tag))));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_sale_and_a_delivery_leave_the_tag_of_a_product_as_it_is_and_a_new_price_and_a_suspension_do_not()
    {
        var (path, tag) = await Product();
        var sku = path.Split('/')[^1];

        await (await _shop.Customer()).Placed((sku, 1));
        using var delivery = await _shop.Staff.PostJson(path + "/stock-adjustments", new { quantity = 1, reason = "delivery" });
        await delivery.Expect(HttpStatusCode.Created);
        Assert.Equal(tag, await TagOf(path));

        using var priced = await Put(path, 2_000, ("If-Match", tag.Tag));
        Assert.Equal(HttpStatusCode.OK, priced.StatusCode);
        Assert.Equal(priced.Headers.ETag, await TagOf(path));
        using var suspended = await _shop.Staff.SendJson(
            HttpMethod.Put, path, new { name = "Cup", price = Shop.Usd(2_000), status = "suspended" }, ("If-Match", priced.Headers.ETag!.Tag));

        Assert.Equal(HttpStatusCode.OK, suspended.StatusCode);
        Assert.Distinct([tag, priced.Headers.ETag, suspended.Headers.ETag!]);
    }

    private static string With(string value, EntityTagHeaderValue tag) =>
        value.Replace("\"0TAG", "\"0" + tag.Tag[1..], StringComparison.Ordinal).Replace("TAG", tag.Tag, StringComparison.Ordinal);

    private async Task AssertChanged(HttpResponseMessage answer, bool holds, string path)
    {
        var now = await TagOf(path);
        if (holds)
        {
            await answer.Expect(HttpStatusCode.OK);
            Assert.Equal(now, answer.Headers.ETag);
        }
        else
        {
            Assert.Equal(now.Tag, $"\"{(await answer.ExpectProblem(412, "precondition-failed")).Number("current_version")}\"");
        }
    }

    private async Task<(string Path, EntityTagHeaderValue Tag)> Order()
    {
        var path = "/orders/" + (await (await _shop.Customer()).Placed((await _shop.Product(), 1))).Text("id");
        return (path, await TagOf(path));
    }

    private async Task<(string Path, EntityTagHeaderValue Tag)> Product()
    {
        var path = "/products/" + await _shop.Product(price: 1_000);
        return (path, await TagOf(path));
    }

    private async Task<EntityTagHeaderValue> TagOf(string path)
    {
        using var answer = await _shop.Staff.SendJson(HttpMethod.Get, path);
        await answer.Expect(HttpStatusCode.OK);
        return answer.Headers.ETag!;
    }

    private Task<HttpResponseMessage> Put(string path, long price, params (string Name, string Value)[] headers) =>
        _shop.Staff.SendJson(HttpMethod.Put, path, new { name = "Cup", price = Shop.Usd(price) }, headers);
}
