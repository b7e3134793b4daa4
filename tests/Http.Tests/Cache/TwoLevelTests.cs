using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Cache;

/// <summary>Two front ends and one real Redis.</summary>
public sealed class TwoLevelTests : IAsyncLifetime
{
    private readonly StockItems _items = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RedisServer _redis = null!;
    private Node _one = null!;
    private Node _other = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _one = new Node(_items, _clock, _redis.ConnectionString);
        _other = new Node(_items, _clock, _redis.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        _one.Dispose();
        _other.Dispose();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_product_that_one_node_has_loaded_need_not_be_loaded_by_others()
    {
        _items.Define("SKU", 1);
        await _one.Price("SKU");

        await Shared("SKU", 1);

        Assert.Equal(1, await _other.Price("SKU"));
        Assert.Equal(1, _items.Loads);
    }

    [Fact]
    public async Task A_node_that_knows_of_a_change_ignores_older_copies_in_Redis()
    {
        _items.Define("SKU", 1);
        await _one.Price("SKU");
        await Shared("SKU", 1);

        var changed = _items.Define("SKU", 2);
        _other.Cache.Outdate("SKU", changed.Version);

        Assert.Equal(2, await _other.Price("SKU"));
        Assert.Equal(2, _items.Loads);
    }

    [Fact]
    public async Task A_node_that_starts_after_a_change_finds_the_new_description_in_Redis()
    {
        _items.Define("SKU", 1);
        await _one.Price("SKU");
        await Shared("SKU", 1);

        await _one.Cache.LearnAsync(_items.Define("SKU", 2));

        await Shared("SKU", 2);
    }

    [Fact]
    public async Task Without_Redis_reads_and_changes_continue_in_one_level_and_in_two_when_it_returns()
    {
        _items.Define("BEFORE", 1);
        _items.Define("DURING", 2);
        await _one.Price("BEFORE");
        await Shared("BEFORE", 1);

        await _redis.StopAsync();
        Assert.Equal(1, await _one.Price("BEFORE"));
        var before = _items.Loads;
        var prices = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => _one.Price("DURING")));
        Assert.All(prices, price => Assert.Equal(2, price));
        Assert.Equal(before + 1, _items.Loads);
        _one.Cache.Outdate("BEFORE", _items.Define("BEFORE", 11).Version);
        Assert.Equal(11, await _one.Price("BEFORE"));
        Assert.Equal(2, await _other.Price("DURING"));

        await _redis.RestartAsync();
        var attempt = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                // A new SKU each time, because the node caches earlier ones.
                var sku = $"AFTER-{attempt++}";
                _items.Define(sku, 3);
                await _one.Price(sku);
                return await IsShared(sku, 3);
            },
            "a product loaded by one node is found in Redis again",
            cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_node_starts_and_answers_although_Redis_was_never_available()
    {
        await _redis.StopAsync();
        using var node = new Node(_items, _clock, _redis.ConnectionString);
        _items.Define("SKU", 1);

        Assert.Equal(1, await node.Price("SKU"));
        Assert.Equal(1, await node.Price("SKU"));
        Assert.Equal(1, _items.Loads);
    }

    /// <summary>Waits until a new node would find this in Redis: copies are written there in the background.</summary>
    private Task Shared(string sku, long price) => Eventually.HoldsAsync(
        () => IsShared(sku, price),
        $"{sku} at {price} is in Redis",
        cancellation: TestContext.Current.CancellationToken);

    private async Task<bool> IsShared(string sku, long price)
    {
        // The node's own stock items are empty: what it finds comes from Redis.
        using var stranger = new Node(new StockItems(), _clock, _redis.ConnectionString);
        return await stranger.Price(sku) == price;
    }
}
