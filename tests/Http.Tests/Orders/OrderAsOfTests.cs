using System.Net;

namespace Granary.Http.Tests.Orders;

public sealed class OrderAsOfTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task An_order_reads_as_it_was_answered_at_every_version_and_time()
    {
        var (ada, bob) = (await _shop.Customer(), await _shop.Customer());
        var sku = await _shop.Product(stock: 20);
        using var placed = await ada.Order(null, (sku, 1));
        var answers = new List<string> { (await placed.Expect(HttpStatusCode.Created)).GetRawText() };
        var id = (await placed.Body()).Text("id");
        foreach (var (client, method, path, body) in new[]
        {
            (ada.Http, HttpMethod.Put, "", $$"""{ "items": [{ "sku": "{{sku}}", "quantity": 3 }], "note": "more" }"""),
            (ada.Http, HttpMethod.Post, "/pay", null),
            (_shop.Staff, HttpMethod.Post, "/pack", null),
            (_shop.Staff, HttpMethod.Post, "/ship", """{ "carrier": "Post", "tracking_number": "1" }"""),
            (ada.Http, HttpMethod.Post, "/receive", null),
        })
        {
            using var answer = await client.SendJson(method, $"/orders/{id}{path}", body, ("If-Match", "*"));
            answers.Add((await answer.Expect(HttpStatusCode.OK)).GetRawText());
        }

        for (var version = 1; version <= answers.Count; version++)
        {
            using var answer = await ada.Http.SendJson(HttpMethod.Get, $"/orders/{id}?at_version={version}");
            var order = await answer.Expect(HttpStatusCode.OK);
            Assert.Equal(answers[version - 1], order.GetRawText());
            Assert.Equal($"\"{version}\"", answer.Headers.ETag?.Tag);

            using var then = await _shop.Staff.SendJson(HttpMethod.Get, $"/orders/{id}?at={order.Text("updated_at")}");
            Assert.Equal(answers[version - 1], (await then.Expect(HttpStatusCode.OK)).GetRawText());
            using var known = await ada.Http.SendJson(HttpMethod.Get, $"/orders/{id}?at_version={version}", null, ("If-None-Match", $"\"{version}\""));
            Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        }

        foreach (var (client, query) in new[]
        {
            (ada.Http, "at_version=0"), (ada.Http, "at_version=7"), (ada.Http, "at=2020-01-01T00:00:00Z"), (bob.Http, "at_version=1"), (bob.Http, "at=2100-01-01T00:00:00Z"),
        })
        {
            using var answer = await client.SendJson(HttpMethod.Get, $"/orders/{id}?{query}");
            await answer.ExpectProblem(404, "not-found");
        }
    }

    [Theory]
    [InlineData("at_version=one")]
    [InlineData("at_version=-1")]
    [InlineData("at_version=1.0")]
    [InlineData("at_version=99999999999999999999")]
    [InlineData("at_version=")]
    [InlineData("at=yesterday")]
    [InlineData("at=2026-01-01")]
    [InlineData("at=2026-01-01T00:00:00Z&at_version=1")]
    [InlineData("at_version=1&at_version=2")]
    [InlineData("atversion=1")]
    public async Task A_version_or_time_out_of_form_is_refused(string query)
    {
        var order = await (await _shop.Customer()).Placed((await _shop.Product(), 1));

        using var answer = await _shop.Staff.SendJson(HttpMethod.Get, $"/orders/{order.Text("id")}?{query}");

        await answer.ExpectProblem(400, "validation");
    }
}
