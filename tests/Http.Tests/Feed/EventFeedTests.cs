using System.Globalization;
using System.Net;
using System.Text.Json;
using Granary.Grains.Interfaces.Users;
using Granary.Http.Tests.Orders;

namespace Granary.Http.Tests.Feed;

/// <summary><c>GET /events</c> over HTTP; what its pages hold is tested in Silo.Tests/Feed.</summary>
public sealed class EventFeedTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();
    private readonly HttpClient _staff = app.CreateClient(app.AdminToken);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_pages_through_everything_that_happened()
    {
        var after = await EndAsync();
        var (sku, ada) = (await _shop.Product(), await _shop.Customer());
        var id = (await ada.Placed((sku, 2))).Text("id")!;
        using var cancelled = await ada.Http.SendJson(HttpMethod.Delete, "/orders/" + id, new { reason = "by mistake" });
        await cancelled.Expect(HttpStatusCode.OK);

        var events = await UntilAsync(after, "order.cancelled", id);

        var positions = events.Select(read => long.Parse(read.Text("position")!, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(positions.Distinct().Order(), positions);
        Assert.Equal(
            ["product.defined", "stock.adjusted"],
            events.Where(read => read.Text("stream") == "stock/" + sku).Select(read => read.Text("type")));
        var own = events.Where(read => read.Text("stream") == "order/" + id).ToList();
        Assert.Equal([("order.placed", 1L), ("order.cancelled", 2L)], own.Select(read => (read.Text("type")!, read.Number("version"))));
        Assert.Equal([("pending", 1L), ("cancelled", 2L)], own.Select(read => (read.At("data", "status").GetString()!, read.At("data", "version").GetInt64())));
        Assert.Equal("by mistake", own[1].At("data", "cancel_reason").GetString());
    }

    [Theory]
    [InlineData("types=order.placed,order.cancelled")]
    [InlineData("types=order.placed&types=order.cancelled")]
    public async Task A_reader_gets_only_the_types_it_names(string types)
    {
        var after = await EndAsync();
        var (sku, ada) = (await _shop.Product(), await _shop.Customer());
        var id = (await ada.Placed((sku, 1))).Text("id")!;
        using var cancelled = await ada.Http.SendJson(HttpMethod.Delete, "/orders/" + id);
        await cancelled.Expect(HttpStatusCode.OK);

        var events = await UntilAsync(after, "order.cancelled", id, types);

        Assert.All(events, read => Assert.Contains(read.Text("type"), (string?[])["order.placed", "order.cancelled"]));
        Assert.Contains(events, read => read.Text("type") == "order.placed" && read.Text("stream") == "order/" + id);
    }

    [Theory]
    [InlineData("after=yesterday", "after")]
    [InlineData("after=9223372036854775807", "after")]
    [InlineData("after=1&after=2", "after")]
    [InlineData("types=order.lost", "types")]
    [InlineData("types=order.attempt_voided", "types")]
    [InlineData("types=", "types")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("type=order.paid", "type")]
    public async Task A_question_out_of_form_is_refused_by_name(string query, string field)
    {
        using var answer = await _staff.GetAsync("/events?" + query, Cancellation);
        var problem = await answer.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _));

        using var stream = await _staff.SendJson(HttpMethod.Get, "/events?" + query, null, ("Accept", "text/event-stream"));
        await stream.ExpectProblem(400, "validation");
    }

    [Fact]
    public async Task An_unknown_type_is_named_with_the_types_there_are()
    {
        using var answer = await _staff.GetAsync("/events?types=order.paid,order.lost", Cancellation);

        var message = (await answer.ExpectProblem(400, "validation")).At("errors", "types")[0].GetString()!;
        Assert.StartsWith("names no event of the feed: order.lost;", message, StringComparison.Ordinal);
        Assert.Contains("stock.replenished", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_has_the_past_then_the_present_and_resumes_after_its_last_id()
    {
        var after = await EndAsync();
        var (sku, ada) = (await _shop.Product(), await _shop.Customer());
        var id = (await ada.Placed((sku, 1))).Text("id")!;
        string last;
        await using (var stream = await FollowAsync(_staff, $"/events?types=order.placed,order.paid&after={after}"))
        {
            Assert.Equal("order.placed", (await OfAsync(stream, id)).EventType);
            using var paid = await ada.Http.PostJson($"/orders/{id}/pay");
            await paid.Expect(HttpStatusCode.OK);

            var item = await OfAsync(stream, id);
            using var data = JsonDocument.Parse(item.Data);
            Assert.Equal(("order.paid", item.EventId), (item.EventType, data.RootElement.Text("position")));
            Assert.Equal("paid", data.RootElement.At("data", "status").GetString());
            last = item.EventId!;
        }

        using var cancelled = await ada.Http.SendJson(HttpMethod.Delete, "/orders/" + id);
        await cancelled.Expect(HttpStatusCode.OK);
        await using var resumed = await FollowAsync(_staff, $"/events?after={after}", ("Last-Event-ID", last));
        Assert.Equal("order.cancelled", (await OfAsync(resumed, id)).EventType);
    }

    [Theory]
    [InlineData("suspended user")]
    [InlineData("revoked key")]
    public async Task A_stream_ends_when_its_reader_loses_the_right(string loss)
    {
        var user = await app.Register(Roles.Operator);
        using var created = await _staff.PostJson("/api-keys", new { name = Shop.Unique("erp"), scopes = new[] { "events:read" } });
        var key = await created.Expect(HttpStatusCode.Created);
        var token = loss == "revoked key" ? key.Text("key")! : app.TokenOf(user, Roles.Operator);
        await using var stream = await FollowAsync(app.CreateClient(token), $"/events?after={await EndAsync()}&types=product.discontinued");

        if (loss == "revoked key")
        {
            using var revoked = await _staff.DeleteAsync("/api-keys/" + key.Text("id"), Cancellation);
            Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        }
        else
        {
            using var suspended = await _staff.PostJson($"/users/{user}/suspend");
            await suspended.Expect(HttpStatusCode.OK);
        }

        Assert.Null(await stream.NextItem().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task The_streams_of_the_feed_count_among_the_streams_of_their_reader()
    {
        await using var few = await GranaryApp.StartWith(
            "--Granary:Limits:MaxStreamsPerUser=1", "--Granary:Orders:TrackingHeartbeat=00:00:00.1");
        using var admin = few.CreateClient(few.AdminToken);
        await using (await FollowAsync(admin, "/events"))
        {
            using var second = await admin.SendJson(HttpMethod.Get, "/events", null, ("Accept", "text/event-stream"));
            await second.ExpectProblem(429, "too-many-requests");
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                using var again = await admin.SendJson(HttpMethod.Get, "/events", null, ("Accept", "text/event-stream"));
                return again.StatusCode == HttpStatusCode.OK;
            },
            "the place is free again",
            cancellation: Cancellation);
    }

    [Fact]
    public async Task A_silent_stream_carries_comments_with_the_position()
    {
        await using var idle = await GranaryApp.StartWith("--Granary:Orders:TrackingHeartbeat=00:00:00.1");
        using var admin = idle.CreateClient(idle.AdminToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events?types=product.discontinued");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));

        Assert.Equal(": still here", await lines.ReadLineAsync(Cancellation));
        var id = await lines.ReadLineAsync(Cancellation);
        Assert.StartsWith("id: ", id, StringComparison.Ordinal);
        Assert.True(long.Parse(id![4..], CultureInfo.InvariantCulture) > 0);
        Assert.Equal("", await lines.ReadLineAsync(Cancellation));
    }

    private static Task<EventReader> FollowAsync(HttpClient client, string path, params (string Name, string Value)[] headers) =>
        EventReader.OpenAsync(client, path, [("Accept", "text/event-stream"), .. headers]);

    /// <summary>The next event of an order; other tests add theirs to the feed.</summary>
    private static async Task<System.Net.ServerSentEvents.SseItem<string>> OfAsync(EventReader stream, string orderId)
    {
        while (await stream.NextItem().WaitAsync(TimeSpan.FromSeconds(30), Cancellation) is { } item)
        {
            if (item.Data.Contains($"\"order/{orderId}\"", StringComparison.Ordinal))
            {
                return item;
            }
        }

        throw new InvalidOperationException("The stream has ended.");
    }

    /// <summary>The position at the end of the feed; a filter passes the past quickly.</summary>
    private async Task<string> EndAsync()
    {
        var (after, next) = ("", "0");
        while (next != after)
        {
            after = next;
            using var answer = await _staff.GetAsync($"/events?limit=100&types=product.discontinued&after={after}", Cancellation);
            next = (await answer.Expect(HttpStatusCode.OK)).Text("next")!;
        }

        return next;
    }

    /// <summary>Reads small pages until an event of an order has come.</summary>
    private async Task<List<JsonElement>> UntilAsync(string after, string type, string orderId, string types = "")
    {
        var events = new List<JsonElement>();
        while (!events.Any(read => read.Text("type") == type && read.Text("stream") == "order/" + orderId))
        {
            using var answer = await _staff.GetAsync($"/events?limit=3&after={after}&{types}".TrimEnd('&'), Cancellation);
            var page = await answer.Expect(HttpStatusCode.OK);
            after = page.Text("next")!;
            events.AddRange(page.At("data").EnumerateArray().Select(read => read.Clone()));
        }

        return events;
    }
}
