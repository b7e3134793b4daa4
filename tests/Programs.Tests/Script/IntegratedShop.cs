using System.Collections.Concurrent;
using Granary.Client;
using Granary.Samples.Integration;

namespace Granary.Programs.Tests.Script;

/// <summary>
/// <c>samples/integration</c> at work: buyers fill carts, a storefront hands them over, three stations of the warehouse pack. It goes on while
/// the test does something to the cluster, and is judged afterwards.
/// </summary>
internal sealed class IntegratedShop : IAsyncDisposable
{
    private const string Sku = "TEA";
    private const long Price = 100;
    private const string Unknown = "NO-TEA";
    private const long Stock = 100_000;
    private const int Buyers = 5;
    private const int Stations = 3;

    private static readonly TimeSpan BetweenCarts = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly GranaryClient _admin;
    private readonly CartFolder _folder;
    private readonly List<HttpClient> _connections = [];
    private readonly List<Cart> _carts = [];
    private readonly ConcurrentQueue<Order> _packed = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _ended = new();
    private Task _filling = Task.CompletedTask;
    private Task _handingOver = Task.CompletedTask;
    private Task _packing = Task.CompletedTask;

    private IntegratedShop(GranaryClient admin, string directory) => (_admin, _folder) = (admin, new CartFolder(directory));

    private HashSet<string> Left => [.. _packed.Select(order => order.Id)];

    private long Wanted => _carts.Where(cart => !IsRefused(cart)).Sum(cart => cart.Lines[0].Quantity);

    /// <summary>Opens the shop: the storefront at the first address, the stations at both.</summary>
    public static async Task<IntegratedShop> OpenAsync(GranaryClient admin, string directory, params IReadOnlyList<Uri> frontEnds)
    {
        var shop = new IntegratedShop(admin, directory);
        await admin.PutProductAsync(Sku, new ProductDefinition("Tea", new Money(Price, "USD")));
        await admin.AdjustStockAsync(Sku, Stock, "delivery");
        var key = await admin.CreateApiKeyAsync(new NewApiKey("storefront", ["users:write", "users:read", "orders:write"]));
        shop._filling = shop.FillAsync();
        shop._handingOver = shop.HandOverAsync(new Storefront(shop.Connect(frontEnds[0], key), shop._folder));
        var stations = new List<Task>();
        for (var i = 0; i < Stations; i++)
        {
            key = await admin.CreateApiKeyAsync(new NewApiKey($"station {i}", ["fulfilment:write", "orders:read"]));
            stations.Add(new Warehouse(shop.Connect(frontEnds[i % frontEnds.Count], key), key.Id, "Post").WorkAsync(shop._packed.Enqueue, shop._ended.Token));
        }

        shop._packing = Task.WhenAll(stations);
        return shop;
    }

    /// <summary>Lets the storefront and the stations finish, and compares what they did with the carts.</summary>
    public async Task CloseAsync()
    {
        await _closed.CancelAsync();
        await _filling;
        await _handingOver.WaitAsync(Patience);
        var expected = _carts.Where(cart => !IsRefused(cart)).ToDictionary(cart => cart.Id);
        try
        {
            await Eventually.HoldsAsync(() => _packing.IsFaulted || Left.Count >= expected.Count, "every order leaves", Patience);
        }
        catch (TimeoutException)
        {
            var left = Left;
            var rest = await _admin.ListOrdersAsync().Where(order => !left.Contains(order.Id)).Select(order => $"{order.Id} is {order.Status}").ToListAsync();
            Assert.Fail($"Of {expected.Count} orders {left.Count} have left, but not these: {string.Join(", ", rest)}.");
        }

        await _ended.CancelAsync();
        await _packing.ContinueWith(static packing => packing.IsFaulted ? packing : Task.CompletedTask, TaskScheduler.Default).Unwrap();

        // Every cart became one order, and every order left once. The list follows the orders some moments later.
        var orders = new List<Order>();
        await Eventually.HoldsAsync(
            async () =>
            {
                orders = await _admin.ListOrdersAsync().ToListAsync();
                return orders.Count >= expected.Count && orders.All(order => order.Status == "shipped");
            },
            "every order is listed as shipped",
            Patience);
        Assert.Equal(expected.Keys.Order(), orders.Select(order => order.ExternalReference!).Order());
        Assert.All(orders, order => Assert.Equal(
            ("shipped", expected[order.ExternalReference!].Lines[0].Quantity, "GR" + order.Id), (order.Status, order.Items[0].Quantity, order.Tracking?.Number)));
        Assert.All(orders, order => Assert.Single(order.Timeline, entry => entry.Type == "order.packing_started"));

        // Nothing was sold or charged twice: what buyers paid for refused carts was paid back.
        Assert.Equal(Stock - Wanted, (await _admin.GetStockAsync(Sku)).OnHand);
        foreach (var buyer in _carts.Select(cart => cart.Buyer).Distinct())
        {
            var user = await _admin.GetUserAsync(Granary.Grains.Interfaces.Users.UserId.From("buyer-" + buyer));
            Assert.Equal((0, 0), (user.Wallet.Available.Amount, user.Wallet.Held.Amount));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _ended.CancelAsync();
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        _closed.Dispose();
        _ended.Dispose();
    }

    private static bool IsRefused(Cart cart) => cart.Lines[0].Sku == Unknown;

    private GranaryClient Connect(Uri address, ApiKey key)
    {
        var http = new HttpClient { BaseAddress = address };
        _connections.Add(http);
        var client = new GranaryClient(http);
        client.UseApiKey(key.Key!);
        return client;
    }

    /// <summary>Fills carts until the shop closes. Every eighth cannot be served.</summary>
    private async Task FillAsync()
    {
        for (var i = 0; !_closed.IsCancellationRequested; i++)
        {
            var quantity = 1 + (i % 2);
            var cart = new Cart($"cart-{i:D5}", $"b{i % Buyers}", [new CartLine(i % 8 == 7 ? Unknown : Sku, quantity)], quantity * Price, $"receipt-{i}");
            _carts.Add(cart);
            _folder.Add(cart);
            await Task.Delay(BetweenCarts, _closed.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task HandOverAsync(Storefront storefront)
    {
        do
        {
            await storefront.HandOverAllAsync(CancellationToken.None);
            await Task.Delay(BetweenCarts);
        }
        while (!_closed.IsCancellationRequested || _folder.Left().Count > 0);
    }
}
