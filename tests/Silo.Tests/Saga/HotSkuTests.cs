using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Silo.Tests.Saga;

public sealed class HotSkuTests(PatientSilo silo) : IClassFixture<PatientSilo>
{
    [Fact]
    public async Task Of_5000_concurrent_orders_for_1000_units_exactly_1000_succeed()
    {
        var sku = await silo.NewProductAsync("HOT", 10, 1_000);
        var users = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => silo.NewUserAsync(1_000_000)));

        var replies = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(i => PlaceAsync(sku, users[i % users.Length])));

        Assert.Equal(1_000, replies.Count(reply => reply.Order is not null));
        var refused = replies.Where(reply => reply.Order is null).ToList();
        Assert.Equal(4_000, refused.Count);
        Assert.All(refused, reply =>
        {
            var shortage = Assert.Single(Assert.IsType<InsufficientStock>(reply.Refusal).Lines);
            Assert.Equal(new StockShortage(sku, 1, 0), shortage);
        });
        var level = (await silo.Stock(sku).GetLevel()).Level!;
        Assert.Equal((1_000L, 1_000L, 0L), (level.OnHand, level.Reserved, level.Available));
    }

    [Fact]
    public async Task A_stock_item_with_100000_open_reservations_appends_only_the_change()
    {
        const int Open = 100_000;
        var sku = await silo.NewProductAsync("BUSY", 10, 2 * Open);

        // In parts, so that 100,000 calls do not wait in memory at once.
        foreach (var part in Enumerable.Range(0, Open).Chunk(5_000))
        {
            await Task.WhenAll(part.Select(i => silo.Stock(sku).Reserve(new ReserveStock($"open-{i}", i + 1, 1, 10))));
        }

        Assert.Equal(Open, (await silo.Stock(sku).GetLevel()).Level!.Reserved);

        var before = silo.Store.Bytes;
        await silo.Stock(sku).Reserve(new ReserveStock("one-more", 1, 1, 10));
        var written = silo.Store.Bytes - before;

        Assert.InRange(written, 40, 120);
    }

    [Fact]
    public async Task A_busy_stock_item_shares_its_commits()
    {
        var sku = await silo.NewProductAsync("SHARED", 10, 10_000);
        var commits = silo.Store.Commits;

        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => silo.Stock(sku).Reserve(new ReserveStock($"shared-{i}", i + 1, 1, 10))));

        Assert.True(silo.Store.Commits - commits < 500, $"{silo.Store.Commits - commits} commits for 2,000 reservations.");
    }

    private async Task<OrderReply> PlaceAsync(string sku, string user) => await silo.Order(silo.NewOrderId()).Place(new PlaceOrder
    {
        UserId = user,
        By = UserId.System,
        Lines = [new RequestedLine(sku, 1)],
    });
}
