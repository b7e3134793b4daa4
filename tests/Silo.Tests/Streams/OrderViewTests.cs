using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders.Index;
using Granary.Streams.Views;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Silo.Tests.Streams;

/// <summary>Lists and deadlines of the whole silo, embedded.</summary>
public sealed class OrderViewTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-views-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task An_order_is_listed_with_every_change_of_its_status()
    {
        await using var silo = await StartAsync();
        await silo.OpenAsync();
        var order = await silo.PlaceAsync();
        await UntilListed(silo, order.Id, OrderStatus.Pending);

        await silo.Grains.GetGrain<IOrderGrain>(order.Id).Pay(new OrderCommand(WholeSilo.Customer, null, null));

        var listed = await UntilListed(silo, order.Id, OrderStatus.Paid);
        var own = await silo.Grains.GetGrain<IOrderGrain>(order.Id).Get(null);
        Assert.Equivalent(own.Order, listed, strict: true);
    }

    [Fact]
    public async Task An_order_that_is_not_paid_in_time_expires_and_its_stock_is_free_again()
    {
        await using var silo = await StartAsync(("Granary:Orders:PaymentTimeout", "00:00:01"));
        await silo.OpenAsync(stock: 1);
        var order = await silo.PlaceAsync();

        await UntilListed(silo, order.Id, OrderStatus.Expired);

        await Eventually.HoldsAsync(
            async () => (await silo.Grains.GetGrain<IStockGrain>(WholeSilo.Sku).GetLevel()).Level is { Available: 1 }, "the lamp is free", cancellation: Cancellation);
    }

    [Fact]
    public async Task Another_silo_sweeps_when_the_holder_no_longer_renews_its_lease()
    {
        await using var silo = await StartAsync(("Granary:Orders:PaymentTimeout", "00:00:01"));
        await silo.OpenAsync();
        // A process that no longer exists holds the lease and will never release it.
        var gone = new Lease(silo.Service<IViewDatabase>(), new Late(TimeProvider.System), "deadline-sweep", TimeSpan.FromSeconds(3));
        Assert.True(await gone.TryHoldAsync(Cancellation));

        var order = await silo.PlaceAsync();

        await UntilListed(silo, order.Id, OrderStatus.Expired);
    }

    [Fact]
    public async Task Orders_that_do_not_answer_keep_no_other_from_expiring()
    {
        var refusals = new RefusedExpiry();
        await using var silo = await StartAsync(services => services.AddSingleton<IIncomingGrainCallFilter>(refusals));
        await silo.OpenAsync();

        // More than the sweep asks at once.
        var stuck = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => silo.PlaceAsync(TimeSpan.FromSeconds(3))));
        refusals.Orders = [.. stuck.Select(order => order.Id)];
        var later = await silo.PlaceAsync(TimeSpan.FromSeconds(4));

        await UntilListed(silo, later.Id, OrderStatus.Expired);

        refusals.Orders = [];
        await UntilListed(silo, [.. stuck.Select(order => order.Id)], OrderStatus.Expired);
    }

    [Fact]
    public async Task The_index_is_compared_with_the_journal_and_repaired_while_the_product_runs()
    {
        await using var silo = await StartAsync();
        await silo.OpenAsync();
        var (lost, wrong) = (await silo.PlaceAsync(), await silo.PlaceAsync());
        await UntilListed(silo, lost.Id, OrderStatus.Pending);
        await UntilListed(silo, wrong.Id, OrderStatus.Pending);
        var audit = silo.Service<OrderIndexAudit>();
        var progress = new LastReport();
        Assert.Empty(await audit.CheckAsync(progress, Cancellation));
        Assert.Equal(1, progress.Value);

        var entry = Assert.Single(await silo.Index.ReadAsync([wrong.Id], Cancellation));
        var unknown = entry with { OrderId = OrderId.New(DateTimeOffset.UtcNow) };
        await silo.Index.RemoveAsync([lost.Id], Cancellation);
        await silo.Index.UpsertAsync([unknown, entry with { Total = 1 }], Cancellation);
        var differences = await audit.CheckAsync(progress, Cancellation);
        Assert.Equal(new[] { lost.Id, wrong.Id, unknown.OrderId }.Order(), differences.Select(difference => difference.Id).Order());

        Assert.Equal(2, await audit.RebuildAsync(progress, Cancellation));

        Assert.Empty(await audit.CheckAsync(progress, Cancellation));
    }

    [Fact]
    public async Task A_list_shows_an_order_at_its_indexed_version_and_leaves_out_orders_that_the_journal_lacks()
    {
        await using var silo = await StartAsync();
        await silo.OpenAsync();
        var order = await silo.PlaceAsync();
        await UntilListed(silo, order.Id, OrderStatus.Pending);
        var pending = Assert.Single(await silo.Index.ReadAsync([order.Id], Cancellation));
        var cancelled = await silo.Grains.Order(order.Id).Cancel(new OrderCommand(WholeSilo.Customer), null);
        await UntilListed(silo, order.Id, OrderStatus.Cancelled);

        // As if the index had not processed the cancellation yet, and as after a restore that lost an order.
        await silo.Index.RemoveAsync([order.Id], Cancellation);
        var unknown = pending with { OrderId = OrderId.New(DateTimeOffset.UtcNow), CreatedAt = pending.CreatedAt.AddSeconds(1) };
        await silo.Index.UpsertAsync([pending, unknown], Cancellation);

        var page = await silo.Grains.GetGrain<IOrderIndexGrain>(0).List(new OrderQuery { Limit = 1 });

        Assert.Equal(2, cancelled.Order!.Version);
        Assert.Equivalent(order, Assert.Single(page.Orders), strict: true);
        Assert.False(page.More);
    }

    [Fact]
    public async Task Orders_of_a_store_of_an_earlier_release_are_found_by_what_it_did_not_index()
    {
        await using var silo = await StartAsync();
        await silo.OpenAsync();
        var order = await silo.PlaceAsync();
        await UntilListed(silo, order.Id, OrderStatus.Pending);
        var query = new OrderQuery { Limit = 10, Sku = WholeSilo.Sku };
        Assert.Equal(order.Id, Assert.Single((await silo.Index.ListAsync(query, Cancellation)).Entries).OrderId);
        await silo.Service<IViewDatabase>().WriteAsync(
            async (connection, cancellation) =>
            {
                await connection.Command("UPDATE order_index SET skus = '', lines_version = 0, filled_version = 0").ExecuteAsync(cancellation);
                return await connection.Command("DELETE FROM order_index_line").ExecuteAsync(cancellation);
            },
            Cancellation);
        Assert.Empty((await silo.Index.ListAsync(query, Cancellation)).Entries);

        await silo.Service<OrderIndexFiller>().FillAsync(Cancellation);

        await Eventually.HoldsAsync(
            async () => (await silo.Index.ListAsync(query, Cancellation)).Entries.Count == 1, "the order is found by its SKU", cancellation: Cancellation);
    }

    [Fact]
    public async Task A_lost_line_and_a_wrong_value_that_never_changes_are_reported_and_written_again()
    {
        await using var silo = await StartAsync();
        await silo.OpenAsync();
        var order = await silo.PlaceAsync();
        await UntilListed(silo, order.Id, OrderStatus.Pending);
        await silo.Service<IViewDatabase>().WriteAsync(
            async (connection, cancellation) =>
            {
                await connection.Command("UPDATE order_index SET user_id = 'u-wrong', created_at = 1").ExecuteAsync(cancellation);
                return await connection.Command("DELETE FROM order_index_line").ExecuteAsync(cancellation);
            },
            Cancellation);
        var audit = silo.Service<OrderIndexAudit>();
        Assert.Equal([order.Id, order.Id], (await audit.CheckAsync(new LastReport(), Cancellation)).Select(difference => difference.Id));

        await audit.RebuildAsync(new LastReport(), Cancellation);

        Assert.Empty(await audit.CheckAsync(new LastReport(), Cancellation));
    }

    private static async Task<Order> UntilListed(WholeSilo silo, string id, OrderStatus status) =>
        Assert.Single(await UntilListed(silo, [id], status));

    private static async Task<IReadOnlyList<Order>> UntilListed(WholeSilo silo, IReadOnlyList<string> ids, OrderStatus status)
    {
        IReadOnlyList<Order> listed = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                var page = await silo.Grains.GetGrain<IOrderIndexGrain>(0).List(new OrderQuery { Limit = 100, UserId = WholeSilo.Customer });
                listed = [.. page.Orders.Where(order => ids.Contains(order.Id) && order.Status == status)];
                return listed.Count == ids.Count;
            },
            $"orders {string.Join(", ", ids)} are listed as {status}",
            cancellation: Cancellation);
        return listed;
    }

    private Task<WholeSilo> StartAsync(params (string Key, string? Value)[] settings) => StartAsync(compose: null, settings);

    private Task<WholeSilo> StartAsync(Action<IServiceCollection>? compose, params (string Key, string? Value)[] settings)
    {
        var configuration = settings.ToDictionary(setting => setting.Key, setting => setting.Value);
        configuration["Granary:DataDirectory"] = _directory.FullName;
        return WholeSilo.StartAsync(configuration, Cancellation, compose);
    }

    /// <summary>Orders whose expiry fails as if their silo did not answer.</summary>
    private sealed class RefusedExpiry : IIncomingGrainCallFilter
    {
        public HashSet<string> Orders { get; set; } = [];

        public Task Invoke(IIncomingGrainCallContext context) =>
            context.MethodName == nameof(IOrderGrain.Expire) && Orders.Contains(context.TargetId.Key.ToString()!)
                ? throw new TimeoutException("The order does not answer.")
                : context.Invoke();
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
