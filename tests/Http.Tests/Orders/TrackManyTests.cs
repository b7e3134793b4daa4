using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using Granary.Api.Orders;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;

namespace Granary.Http.Tests.Orders;

/// <summary>Following orders over connections that stay open.</summary>
public sealed class TrackManyTests(GranaryApp app)
{
    private const int Connections = 2_000;
    private const long BytesPerConnection = 64 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_thousand_followers_cost_little_memory_and_all_get_the_changes()
    {
        // A bound on concurrent requests is for requests that end; it must not count these.
        await using var own = await GranaryApp.StartWith(
            "--Granary:LoadShedding:MaxConcurrent=50", "--Granary:LoadShedding:MaxQueued=50",
            "--Granary:Limits:MaxStreamsPerNetwork=0", "--Granary:Limits:MaxStreamsPerUser=0", "--Granary:Limits:MaxStreamsPerOrder=0");
        var shop = own.OpenShop();
        var ada = await shop.Customer();
        var id = (await ada.Placed((await shop.Product(), 1))).Text("id")!;
        using var http = Client(own, ada.Id);
        var tracker = own.Services.GetRequiredService<OrderTracker>();
        using var first = await Open(http, id);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var responses = new List<HttpResponseMessage>();
        foreach (var hundred in Enumerable.Range(0, Connections).Chunk(100))
        {
            responses.AddRange(await Task.WhenAll(hundred.Select(_ => Open(http, id))));
        }

        await Eventually.HoldsAsync(() => tracker.Count > Connections, cancellation: Cancellation);
        // Both ends of every connection are in this process.
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Connections;
        Assert.True(each < BytesPerConnection, $"{each} bytes for each connection");

        using var cancelled = await ada.Http.SendJson(HttpMethod.Delete, $"/orders/{id}");
        await cancelled.Expect(HttpStatusCode.OK);
        foreach (var response in responses)
        {
            Assert.Equal(["order.cancelled"], await EventNames(response).ToListAsync(Cancellation));
            response.Dispose();
        }

        await Eventually.HoldsAsync(() => tracker.Count == 0, cancellation: Cancellation);
    }

    [Fact]
    public async Task A_connection_without_events_carries_a_comment_at_every_heartbeat()
    {
        Assert.Equal(TimeSpan.FromSeconds(15), app.Services.GetRequiredService<TrackingOptions>().Heartbeat);
        await using var own = await GranaryApp.StartWith("--Granary:Orders:TrackingHeartbeat=00:00:00.05");
        var shop = own.OpenShop();
        var ada = await shop.Customer();
        var id = (await ada.Placed((await shop.Product(), 1))).Text("id")!;
        using var http = Client(own, ada.Id);
        using var response = await Open(http, id);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation), Encoding.UTF8);

        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Equal(": still here", await lines.ReadLineAsync(Cancellation));
            Assert.Equal("", await lines.ReadLineAsync(Cancellation));
        }

        using var payment = await ada.Http.PostJson($"/orders/{id}/pay");
        await payment.Expect(HttpStatusCode.OK);
        var seen = new List<string?>();
        while (!seen.Contains("event: order.paid"))
        {
            seen.Add(await lines.ReadLineAsync(Cancellation));
            Assert.NotNull(seen[^1]);
        }
    }

    [Fact]
    public async Task Followers_do_not_notice_that_the_orders_grain_was_deactivated()
    {
        var shop = app.OpenShop();
        var ada = await shop.Customer();
        var id = (await ada.Placed((await shop.Product(), 1))).Text("id")!;
        using var http = Client(app, ada.Id);
        using var response = await Open(http, id);
        var order = app.Services.GetRequiredService<IGrainFactory>().GetGrain<IOrderGrain>(id);
        var management = app.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        await using var events = EventNames(response).GetAsyncEnumerator(Cancellation);

        foreach (var (method, path, name) in new[] { (HttpMethod.Post, "/pay", "order.paid"), (HttpMethod.Delete, "", "order.cancelled") })
        {
            await order.AsReference<IGrainManagementExtension>().DeactivateOnIdle(Cancellation);
            await Eventually.HoldsAsync(
                async () => !(await management.GetActiveGrains(order.GetGrainId().Type)).Contains(order.GetGrainId()),
                cancellation: Cancellation);
            using var answer = await ada.Http.SendJson(method, $"/orders/{id}{path}");
            await answer.Expect(HttpStatusCode.OK);

            Assert.True(await events.MoveNextAsync());
            Assert.Equal(name, events.Current);
        }

        Assert.False(await events.MoveNextAsync());
    }

    private static HttpClient Client(GranaryApp app, string userId) => new()
    {
        BaseAddress = app.Address,
        Timeout = TimeSpan.FromMinutes(2),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", app.TokenOf(userId, Roles.Customer)) },
    };

    /// <summary>Follows an order from its second event on.</summary>
    private static async Task<HttpResponseMessage> Open(HttpClient http, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/orders/{id}/events") { Headers = { { "Last-Event-ID", "1" } } };
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private static async IAsyncEnumerable<string> EventNames(HttpResponseMessage response)
    {
        await foreach (var update in SseParser.Create(await response.Content.ReadAsStreamAsync(Cancellation)).EnumerateAsync(Cancellation))
        {
            yield return update.EventType;
        }
    }
}
