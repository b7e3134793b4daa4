using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Cache;

public sealed class ProductCacheTests : IDisposable
{
    private const int Many = 10_000;

    private readonly StockItems _items = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly Node _node;

    public ProductCacheTests() => _node = new Node(_items, _clock);

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Of_10_000_reads_of_unknown_SKUs_almost_none_reaches_a_stock_item()
    {
        for (var i = 0; i < 20_000; i++)
        {
            _node.Known.Add($"SKU-{i}");
        }

        _node.Known.Complete();

        for (var i = 0; i < Many; i++)
        {
            Assert.Null(await _node.Price($"GUESS-{i}"));
        }

        // A full filter is wrong for one in a thousand: 10 are expected, with a standard deviation of 3.
        Assert.InRange(_items.Loads, 0, 25);
    }

    [Fact]
    public async Task An_unknown_SKU_that_the_filter_lets_through_is_looked_up_once_in_a_while()
    {
        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => _node.Price("GUESS")));
        Assert.Equal(1, _items.Loads);

        _clock.Advance(Node.NegativeLife * 1.11);
        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => _node.Price("GUESS")));

        Assert.Equal(2, _items.Loads);
    }

    [Fact]
    public async Task A_product_is_found_as_soon_as_its_definition_is_known_although_it_was_missing_before()
    {
        _node.Known.Complete();
        Assert.Null(await _node.Price("NEW"));

        var product = _items.Define("NEW", 5);
        _node.Cache.Announce("NEW");
        _node.Cache.Outdate("NEW", product.Version);

        Assert.Equal(5, await _node.Price("NEW"));
    }

    [Fact]
    public async Task A_cached_missing_product_is_dropped_when_it_is_defined()
    {
        Assert.Null(await _node.Price("NEW"));

        await _node.Cache.LearnAsync(_items.Define("NEW", 5));

        Assert.Equal(5, await _node.Price("NEW"));
        Assert.Equal(1, _items.Loads);
    }

    [Fact]
    public async Task Another_life_holds_for_copies_that_are_kept_already()
    {
        _items.Define("CUP", 5);
        await _node.Price("CUP");
        await _node.Price("CUP");
        Assert.Equal(1, _items.Loads);

        _node.Value = _node.Value with { Duration = TimeSpan.FromMinutes(2) };
        await _node.Price("CUP");
        Assert.Equal(2, _items.Loads);

        _clock.Advance(TimeSpan.FromMinutes(2) * 1.11);
        await _node.Price("CUP");
        Assert.Equal(3, _items.Loads);
    }

    [Fact]
    public async Task A_copy_that_was_kept_for_longer_is_never_served_once_a_newer_version_is_known()
    {
        _items.Define("CUP", 5);
        await _node.Price("CUP");
        _node.Value = _node.Value with { Duration = TimeSpan.FromMinutes(2) };
        _node.Cache.Outdate("CUP", _items.Define("CUP", 6).Version);

        // The floors of the short life would be forgotten by now; the copy of the long one has two minutes left.
        for (var minute = 0; minute < 58; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            _node.Cache.Outdate("OTHER", minute);
        }

        Assert.Equal(6, await _node.Price("CUP"));
    }

    [Fact]
    public async Task Concurrent_readers_of_a_cold_SKU_load_it_once()
    {
        _items.Define("HOT", 7);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _items.Gate = gate.Task;

        var reads = Enumerable.Range(0, Many).Select(_ => Task.Run(() => _node.Price("HOT"))).ToList();
        gate.SetResult();
        var prices = await Task.WhenAll(reads);

        Assert.All(prices, price => Assert.Equal(7, price));
        Assert.Equal(1, _items.Loads);
    }

    [Fact]
    public async Task Concurrent_readers_of_an_expired_SKU_load_it_once_more()
    {
        _items.Define("HOT", 7);
        await _node.Price("HOT");
        _clock.Advance(Node.Life * 1.11);

        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => Task.Run(() => _node.Price("HOT"))));

        Assert.Equal(2, _items.Loads);
    }

    [Fact]
    public async Task Products_that_were_loaded_together_do_not_expire_together()
    {
        var skus = Enumerable.Range(0, Many).Select(i => $"SKU-{i}").ToList();
        skus.ForEach(sku => _items.Define(sku, 1));
        await ReadAll(skus);

        // From 0.89 to 1.11 lives in 44 steps: jitter of a tenth leaves 40 of them to expire in, 250 in each on average.
        _clock.Advance(Node.Life * 0.89);
        var loads = new List<int>();
        for (var step = 0; step < 44; step++)
        {
            _clock.Advance(Node.Life * 0.005);
            loads.Add(await ReadAll(skus));
        }

        Assert.Equal(0, loads[0]);
        Assert.Equal(Many, loads.Sum());
        Assert.InRange(loads.Max(), 1, 400);
        Assert.Equal(40, loads.Count(count => count > 0), tolerance: 1);

        async Task<int> ReadAll(List<string> all)
        {
            var before = _items.Loads;
            foreach (var sku in all)
            {
                await _node.Price(sku);
            }

            return _items.Loads - before;
        }
    }

    [Fact]
    public async Task A_copy_is_no_longer_served_once_a_newer_version_is_known()
    {
        _items.Define("SKU", 1);
        await _node.Price("SKU");

        var changed = _items.Define("SKU", 2);
        Assert.Equal(1, await _node.Price("SKU"));
        _node.Cache.Outdate("SKU", changed.Version);

        Assert.Equal(2, await _node.Price("SKU"));
        Assert.Equal(2, await _node.Price("SKU"));
        Assert.Equal(2, _items.Loads);
    }

    [Fact]
    public async Task A_read_after_a_change_is_not_answered_by_a_load_that_began_before_it()
    {
        _items.Define("SKU", 1);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _items.Gate = gate.Task;
        var early = _node.Price("SKU");

        _node.Cache.Outdate("SKU", _items.Define("SKU", 2).Version);
        var late = _node.Price("SKU");
        gate.SetResult();
        await early;

        Assert.Equal(2, await late);
        Assert.Equal(2, await _node.Price("SKU"));
    }

    [Fact]
    public async Task A_copy_loaded_before_changes_are_followed_is_not_kept()
    {
        using var deaf = new Node(_items, _clock, hearsOfChanges: false);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _items.Define("SKU", 1);
        _items.Gate = gate.Task;
        var early = deaf.Price("SKU");

        _items.Define("SKU", 2);
        deaf.Cache.BeginKeeping();
        gate.SetResult();
        await early;

        Assert.Equal(2, await deaf.Price("SKU"));
    }

    [Fact]
    public async Task An_older_description_does_not_replace_a_newer_one()
    {
        var older = _items.Define("SKU", 1);
        var newer = _items.Define("SKU", 2);

        await _node.Cache.LearnAsync(newer);
        await _node.Cache.LearnAsync(older);

        Assert.Equal(2, await _node.Price("SKU"));
    }

    [Fact]
    public async Task A_load_that_fails_is_tried_again_by_the_next_reader()
    {
        _items.Define("SKU", 1);
        _items.Gate = Task.FromException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => _node.Price("SKU"));

        _items.Gate = Task.CompletedTask;

        Assert.Equal(1, await _node.Price("SKU"));
    }
}
