using System.Net;
using Granary.Grains.Interfaces;

namespace Granary.Http.Tests.Products;

/// <summary>Two front ends with a silo each over one PostgreSQL and one Redis.</summary>
public sealed class CatalogueClusterTests : IAsyncLifetime
{
    private PostgresServer _postgres = null!;
    private RedisServer _redis = null!;
    private GranaryApp _one = null!;
    private GranaryApp _other = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        _redis = await RedisServer.StartAsync();
        var database = await _postgres.CreateDatabaseAsync();
        _one = await Node(database);
        _other = await Node(database);
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _one.DisposeAsync();
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task A_change_on_one_node_is_seen_on_the_other_with_and_without_Redis()
    {
        var path = "/products/" + Shop.Unique("SKU");
        using var staff = _one.CreateClient(_one.AdminToken);
        using var reader = _other.CreateClient();
        using var stranger = await reader.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);

        await IsSeen(await Define(staff, path, price: 1));
        await IsSeen(await Define(staff, path, price: 2));

        await _redis.StopAsync();
        await IsSeen(await Define(staff, path, price: 3));

        // The silos' cluster membership is in Redis.
        await _redis.RestartAsync();

        Task IsSeen((string ETag, long Price) defined) => Eventually.HoldsAsync(async () =>
        {
            using var response = await reader.GetAsync(path, TestContext.Current.CancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return false;
            }

            var product = await response.Expect(HttpStatusCode.OK);
            var price = product.Number("price", "amount");

            // The entity tag belongs to the served version, old or new.
            Assert.Equal(price == defined.Price, response.Headers.ETag!.ToString() == defined.ETag);
            return price == defined.Price;
        }, cancellation: TestContext.Current.CancellationToken);
    }

    private static async Task<(string ETag, long Price)> Define(HttpClient staff, string path, long price)
    {
        using var response = await staff.SendJson(HttpMethod.Put, path, new { name = "Cup", price = Shop.Usd(price) });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (response.Headers.ETag!.ToString(), price);
    }

    /// <summary>A node whose copies live for a day: if it sees a change earlier, it has learned of it from the journal.</summary>
    private Task<GranaryApp> Node(string database) => GranaryApp.StartWith(
        "--Granary:Storage=PostgreSql",
        $"--ConnectionStrings:Granary={database}",
        "--Granary:Clustering=Redis",
        $"--ConnectionStrings:Redis={_redis.ConnectionString}",
        "--Granary:Silo:Address=127.0.0.1",
        "--Granary:Silo:Tls:Mode=Off",
        "--Granary:Cache:Duration=1.00:00:00",
        "--Granary:Cache:NegativeDuration=1.00:00:00");
}
