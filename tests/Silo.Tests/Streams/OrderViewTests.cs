using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders.Index;
using Granary.Streams.Views;
using Granary.Testing;

namespace Granary.Silo.Tests.Streams;

/// <summary>Lists and deadlines of the whole product, embedded.</summary>
public sealed class OrderViewTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-views-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task An_order_is_listed_with_every_change_of_its_status()
    {
        await using var product = await StartAsync();
        await product.OpenAsync();
        var order = await product.PlaceAsync();
        await UntilListed(product, order.Id, OrderStatus.Pending);

        await product.Grains.GetGrain<IOrderGrain>(order.Id).Pay(new OrderCommand(Product.Customer, null, null));

        var listed = await UntilListed(product, order.Id, OrderStatus.Paid);
        var own = await product.Grains.GetGrain<IOrderGrain>(order.Id).Get(null);
        Assert.Equivalent(own.Order, listed, strict: true);
    }

    [Fact]
    public async Task An_order_that_is_not_paid_in_time_expires_and_its_stock_is_free_again()
    {
        await using var product = await StartAsync(("Granary:Orders:PaymentTimeout", "00:00:01"));
        await product.OpenAsync(stock: 1);
        var order = await product.PlaceAsync();

        await UntilListed(product, order.Id, OrderStatus.Expired);

        await Eventually.HoldsAsync(
            async () => (await product.Grains.GetGrain<IStockGrain>(Product.Sku).GetLevel()).Level is { Available: 1 }, "the lamp is free", cancellation: Cancellation);
    }

    [Fact]
    public async Task Another_silo_sweeps_when_the_holder_no_longer_renews_its_lease()
    {
        await using var product = await StartAsync(("Granary:Orders:PaymentTimeout", "00:00:01"));
        await product.OpenAsync();
        // A process that no longer exists holds the lease and will never release it.
        var gone = new Lease(product.Service<IViewDatabase>(), new Late(TimeProvider.System), "deadline-sweep", TimeSpan.FromSeconds(3));
        Assert.True(await gone.TryHoldAsync(Cancellation));

        var order = await product.PlaceAsync();

        await UntilListed(product, order.Id, OrderStatus.Expired);
    }

    [Fact]
    public async Task The_index_is_compared_with_the_journal_and_repaired_while_the_product_runs()
    {
        await using var product = await StartAsync();
        await product.OpenAsync();
        var (lost, wrong) = (await product.PlaceAsync(), await product.PlaceAsync());
        await UntilListed(product, lost.Id, OrderStatus.Pending);
        await UntilListed(product, wrong.Id, OrderStatus.Pending);
        var audit = product.Service<OrderIndexAudit>();
        var progress = new LastReport();
        Assert.Empty(await audit.CheckAsync(progress, Cancellation));
        Assert.Equal(1, progress.Value);

        var entry = Assert.Single(await product.Index.ReadAsync([wrong.Id], Cancellation));
        var unknown = entry with { OrderId = OrderId.New(DateTimeOffset.UtcNow) };
        await product.Index.RemoveAsync([lost.Id], Cancellation);
        await product.Index.UpsertAsync([unknown, entry with { Total = 1 }], Cancellation);
        var differences = await audit.CheckAsync(progress, Cancellation);
        Assert.Equal(new[] { lost.Id, wrong.Id, unknown.OrderId }.Order(), differences.Select(difference => difference.Id).Order());

        Assert.Equal(2, await audit.RebuildAsync(progress, Cancellation));

        Assert.Empty(await audit.CheckAsync(progress, Cancellation));
    }

    [Fact]
    public async Task A_list_shows_an_order_at_its_indexed_version_and_leaves_out_orders_that_the_journal_lacks()
    {
        await using var product = await StartAsync();
        await product.OpenAsync();
        var order = await product.PlaceAsync();
        await UntilListed(product, order.Id, OrderStatus.Pending);
        var pending = Assert.Single(await product.Index.ReadAsync([order.Id], Cancellation));
        var cancelled = await product.Grains.Order(order.Id).Cancel(new OrderCommand(Product.Customer), null);
        await UntilListed(product, order.Id, OrderStatus.Cancelled);

        // As if the index had not processed the cancellation yet, and as after a restore that lost an order.
        await product.Index.RemoveAsync([order.Id], Cancellation);
        var unknown = pending with { OrderId = OrderId.New(DateTimeOffset.UtcNow), CreatedAt = pending.CreatedAt.AddSeconds(1) };
        await product.Index.UpsertAsync([pending, unknown], Cancellation);

        var page = await product.Grains.GetGrain<IOrderIndexGrain>(0).List(new OrderQuery { Limit = 1 });

        Assert.Equal(2, cancelled.Order!.Version);
        Assert.Equivalent(order, Assert.Single(page.Orders), strict: true);
        Assert.False(page.More);
    }

    private static async Task<Order> UntilListed(Product product, string id, OrderStatus status)
    {
        Order? listed = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var page = await product.Grains.GetGrain<IOrderIndexGrain>(0).List(new OrderQuery { Limit = 100, UserId = Product.Customer });
                listed = page.Orders.SingleOrDefault(order => order.Id == id && order.Status == status);
                return listed is not null;
            },
            $"order {id} is listed as {status}",
            cancellation: Cancellation);
        return listed!;
    }

    private Task<Product> StartAsync(params (string Key, string? Value)[] settings)
    {
        var configuration = settings.ToDictionary(setting => setting.Key, setting => setting.Value);
        configuration["Granary:DataDirectory"] = _directory.FullName;
        return Product.StartAsync(configuration, Cancellation);
    }

    private sealed class LastReport : IProgress<double>
    {
        public double Value { get; private set; }

        public void Report(double value) => Value = value;
    }

    /// <summary>A clock that is fast enough to take the lease from its holder, as if the holder had not renewed it.</summary>
    private sealed class Late(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + TimeSpan.FromSeconds(4);
    }
}
