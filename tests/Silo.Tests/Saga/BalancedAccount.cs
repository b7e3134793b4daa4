using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;
using Granary.Testing;

namespace Granary.Silo.Tests.Saga;

/// <summary>
/// A separate small shop inside the silo: a few products, users and order ids, the answers that clients got about them, and the
/// account that must balance once nothing fails any more.
/// </summary>
public sealed class BalancedAccount(SagaSilo silo, IReadOnlyList<string> skus, IReadOnlyList<string> users)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Order>> _acknowledged = [];
    private readonly HashSet<string> _ids = [];

    public IReadOnlyList<string> Skus => skus;

    public IReadOnlyList<string> Users => users;

    public static async Task<BalancedAccount> OpenAsync(SagaSilo silo, int products = 3, int customers = 2, long units = 20, long money = 20_000)
    {
        var skus = await Task.WhenAll(Enumerable.Range(0, products).Select(i => silo.NewProductAsync($"P{i}", 100 * (i + 1), units)));
        var users = await Task.WhenAll(Enumerable.Range(0, customers).Select(_ => silo.NewUserAsync(money)));
        return new BalancedAccount(silo, skus, users);
    }

    /// <summary>Remembers that an order id was used, and the answer that a client got.</summary>
    public void Told(string orderId, OrderReply? reply)
    {
        lock (_lock)
        {
            _ids.Add(orderId);
            if (reply?.Order is { } order)
            {
                if (!_acknowledged.TryGetValue(orderId, out var orders))
                {
                    _acknowledged[orderId] = orders = [];
                }

                orders.Add(order);
            }
        }
    }

    /// <summary>Waits until the account balances; if it never does, reports the difference.</summary>
    public Task BalancesAsync() => Eventually.SucceedsAsync(
        async () =>
        {
            await CheckAsync();
            return true;
        },
        fault => fault is Xunit.Sdk.XunitException or JournalException);

    private async Task CheckAsync()
    {
        var orders = await OrdersAsync();
        AssertAcknowledgedExist(orders);
        foreach (var sku in skus)
        {
            await CheckStockAsync(sku, orders);
        }

        foreach (var user in users)
        {
            await CheckWalletAsync(user, orders);
        }
    }

    /// <summary>Every order as the journal alone shows it: gapless, or the fold throws.</summary>
    private async Task<List<OrderState>> OrdersAsync()
    {
        var records = await silo.Journal.ReadStreamsAsync([.. _ids.Select(OrderState.StreamOf)]);
        return [.. _ids.Select(id => Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(id), records[OrderState.StreamOf(id)]))];
    }

    private void AssertAcknowledgedExist(List<OrderState> orders)
    {
        foreach (var (id, told) in _acknowledged)
        {
            var order = orders.Single(state => state.Id == id);
            foreach (var acknowledged in told)
            {
                Assert.True(order.Version >= acknowledged.Version, $"Order {id} was acknowledged at {acknowledged.Version} and is lost.");
                Assert.Equal(acknowledged.Timeline, order.Timeline.Take(acknowledged.Timeline.Count));
                Assert.Equal(acknowledged.UserId, order.UserId);
                if (acknowledged.Version == order.VisibleVersion)
                {
                    Assert.Equal(acknowledged.Lines, order.Lines);
                    Assert.Equal((acknowledged.Status, acknowledged.Total), (order.Status, order.Total));
                }
            }
        }
    }

    private async Task CheckStockAsync(string sku, List<OrderState> orders)
    {
        var stock = Aggregate.Fold<StockState, StockEvent>(
            StockState.Initial(sku), await silo.Journal.ReadStreamAsync(StockState.StreamOf(sku), 0));
        var level = (await silo.Stock(sku).GetLevel()).Level!;
        Assert.Equal(stock.ToLevel(), level);
        Assert.Equal(level.Received, level.OnHand + level.Sold);
        Assert.True(level.Available >= 0 && level.Available == level.OnHand - level.Reserved, $"{level}");
        Assert.Equal(Sum(orders, ClaimPhase.Secured, sku), level.Reserved);
        Assert.Equal(Sum(orders, ClaimPhase.Paid, sku) + Sum(orders, ClaimPhase.Closed, sku), level.Sold);
    }

    private async Task CheckWalletAsync(string user, List<OrderState> orders)
    {
        var mine = orders.Where(order => order.UserId == user).ToList();
        var wallet = (await silo.User(user).Get()).User!.Wallet;
        Assert.True(wallet.Available >= 0, $"{wallet}");
        Assert.Equal(wallet.Deposited, wallet.Available + wallet.Held + wallet.Spent - wallet.Refunded + wallet.Withdrawn);
        Assert.Equal(mine.Where(order => order.Status == OrderStatus.Pending).Sum(order => order.Total), wallet.Held);

        // The payment of an order that was cancelled before the wallet learned of it was never captured, so nothing is refunded.
        var kept = mine.Where(order => OrderLifecycle.PhaseOf(order.Status) is ClaimPhase.Paid or ClaimPhase.Closed).Sum(order => order.Total);
        Assert.Equal(kept, wallet.Spent - wallet.Refunded);
    }

    private static long Sum(List<OrderState> orders, ClaimPhase phase, string sku) => orders
        .Select(order => order.ToStanding())
        .Where(standing => standing.Phase == phase)
        .Sum(standing => standing.QuantityOf(sku));
}
