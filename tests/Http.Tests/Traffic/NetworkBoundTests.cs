using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests.Traffic;

/// <summary>What one network or one user may hold of connections and streams, and what the others get meanwhile.</summary>
public sealed class NetworkBoundTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_network_that_takes_all_connections_it_can_leaves_others_theirs_and_health_its_port()
    {
        var health = new Uri($"http://127.0.0.1:{ProgramProcess.FreePort()}");
        var shop = new Uri($"http://127.0.0.1:{ProgramProcess.FreePort()}");
        await using var app = await GranaryApp.StartWith(
            $"--urls={shop.OriginalString};{health.OriginalString}", $"--Granary:Health:Port={health.Port}",
            $"--Granary:Telemetry:MetricsPort={health.Port}", "--Granary:Limits:MaxConnectionsPerNetwork=10");
        using var others = RawCaller.ElsewhereOf(shop, app.TokenOf(await app.Register(Roles.Customer), Roles.Customer));

        // A reserved port is not the first of the addresses, so it is chosen by its number.
        var greedy = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => RawCaller.SendAsync(shop, "GET /products HTTP/1.1\r\n")));
        await Eventually.HoldsAsync(() => greedy.Count(caller => caller.HasAnswer) == 20, cancellation: Cancellation);
        var served = 0;
        foreach (var _ in Enumerable.Range(0, 20))
        {
            using var answer = await others.GetAsync("/users/me", Cancellation);
            served += answer.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        using var probe = new HttpClient { BaseAddress = health };
        Assert.Equal(20, served);
        Assert.Equal(HttpStatusCode.OK, await Status(probe, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await Status(probe, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await Status(probe, "/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, await Status(others, "/health/live"));
        Assert.Equal(HttpStatusCode.NotFound, await Status(others, "/health/ready"));
        Assert.Equal(HttpStatusCode.NotFound, await Status(others, "/metrics"));

        // What it gives back it can have again.
        Array.ForEach(greedy, caller => caller.Dispose());
        using var again = new HttpClient { BaseAddress = shop };
        await Eventually.SucceedsAsync(() => again.GetStringAsync("/products", Cancellation), fault => fault is HttpRequestException);
    }

    [Fact]
    public async Task Streams_are_bounded_per_order_and_per_user_and_others_follow_theirs()
    {
        await using var app = await GranaryApp.StartWith("--Granary:Limits:MaxStreamsPerOrder=2", "--Granary:Limits:MaxStreamsPerUser=3");
        var shop = app.OpenShop();
        var sku = await shop.Product();
        var (ada, bob) = (await shop.Customer(), await shop.Customer());
        var (first, second) = ((await ada.Placed((sku, 1))).Text("id")!, (await ada.Placed((sku, 1))).Text("id")!);
        var bobs = (await bob.Placed((sku, 1))).Text("id")!;

        var open = await Follow(ada, first);
        using var fellow = await Follow(ada, first);
        using var tooManyOfOrder = await Follow(ada, first);
        using var other = await Follow(ada, second);
        using var tooManyOfUser = await Follow(ada, second);
        using var neighbour = await Follow(bob, bobs);

        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        Assert.Equal(HttpStatusCode.OK, fellow.StatusCode);
        await tooManyOfOrder.ExpectProblem(429, "too-many-requests");
        Assert.NotNull(tooManyOfOrder.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        await tooManyOfUser.ExpectProblem(429, "too-many-requests");
        Assert.Equal(HttpStatusCode.OK, neighbour.StatusCode);

        open.Dispose();
        await Eventually.HoldsAsync(
            async () =>
            {
                using var again = await Follow(ada, first);
                return again.StatusCode == HttpStatusCode.OK;
            },
            cancellation: Cancellation);
    }

    private static async Task<HttpStatusCode> Status(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    private static Task<HttpResponseMessage> Follow(Customer customer, string id) =>
        customer.Http.GetAsync($"/orders/{id}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
}
