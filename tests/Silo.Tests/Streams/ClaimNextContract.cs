using System.Collections.Concurrent;
using Granary.Grains;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Stock.Catalogue;
using Granary.Silo.Tests.Saga;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Silo.Tests.Streams;

/// <summary>Paid orders given out to be packed, over every database.</summary>
public abstract class ClaimNextContract(OpenShop shop)
{
    private readonly WholeSilo _silo = shop.Silo;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IPackingDeskGrain Desk => _silo.Grains.GetGrain<IPackingDeskGrain>(0);

    [Fact]
    public async Task Paid_orders_are_given_out_as_they_were_placed_each_once_and_then_none()
    {
        var placed = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            placed.Add((await _silo.PlaceAsync()).Id);
        }

        foreach (var id in placed.AsEnumerable().Reverse())
        {
            await PayAsync(_silo.Grains, id);
        }

        await UntilPaidAsync(_silo.Index, placed.Count);
        var first = (await Desk.ClaimNext("op-1"))!;
        Assert.Equal((OrderStatus.Packing, "op-1"), (first.Status, first.Timeline[^1].By));
        var given = new List<string> { first.Id };
        while (await Desk.ClaimNext("op-1") is { } next)
        {
            given.Add(next.Id);
        }

        Assert.Equal(placed, given);
    }

    [Fact]
    public async Task Two_desks_and_a_caller_that_asks_twice_at_once_never_get_one_order_twice()
    {
        var placed = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => _silo.PlaceAsync()));
        await Task.WhenAll(placed.Select(order => PayAsync(_silo.Grains, order.Id)));
        await UntilPaidAsync(_silo.Index, placed.Length);

        // As while the cluster changes and one silo does not know yet that the desk is elsewhere.
        var other = _silo.Grains.GetGrain<IPackingDeskGrain>(1);
        var given = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? Desk : other).ClaimNext("op-1")));

        Assert.Equal(placed.Select(order => order.Id).Order(), given.OfType<Order>().Select(order => order.Id).Order());
    }

    [Fact]
    public async Task Many_callers_at_once_get_all_of_more_orders_than_a_page_has()
    {
        var placed = await Task.WhenAll(Enumerable.Range(0, 230).Select(_ => _silo.PlaceAsync()));
        await Task.WhenAll(placed.Select(order => PayAsync(_silo.Grains, order.Id)));
        await UntilPaidAsync(_silo.Index, placed.Length);

        // Some were cancelled, which the index does not know yet: they refuse, and nobody is told that there is none.
        await Task.WhenAll(placed.Take(20).Select(order => _silo.Grains.Order(order.Id).Cancel(new OrderCommand(WholeSilo.Customer), null)));
        var given = await Task.WhenAll(Enumerable.Range(0, placed.Length - 20).Select(i => Desk.ClaimNext($"op-{i}")));

        Assert.Equal(placed.Skip(20).Select(order => order.Id).Order(), given.Select(order => order!.Id).Order());
        Assert.Null(await Desk.ClaimNext("op-late"));
    }

    internal static Task PayAsync(IGrainFactory grains, string id) => grains.Order(id).Pay(new OrderCommand(WholeSilo.Customer));

    internal static Task UntilPaidAsync(Granary.Grains.Orders.Index.OrderIndex index, int count) => Eventually.HoldsAsync(
        async () => (await index.ListAsync(new OrderQuery { Limit = 1_000, Status = OrderStatus.Paid }, Cancellation)).Entries.Count == count,
        "the payments are in the index", cancellation: Cancellation);
}

/// <summary>Over SQLite.</summary>
public sealed class SqliteClaimNext(SqliteShop shop) : ClaimNextContract(shop), IClassFixture<SqliteShop>;

/// <summary>Over PostgreSQL.</summary>
public sealed class PostgreSqlClaimNext(PostgreSqlShop shop) : ClaimNextContract(shop), IClassFixture<PostgreSqlShop>;

/// <summary>Paid orders given out by a cluster that loses the silo of the desk.</summary>
public sealed class ClaimNextCluster(SharedPostgres server)
{
    private const int Orders = 200;
    private const int Callers = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silo_that_is_killed_while_many_callers_claim_loses_no_order_and_doubles_none()
    {
        await using var database = await PostgreSqlStreamDatabase.CreateAsync(server, Cancellation);
        await using var cluster = await StreamCluster.StartAsync(database, silos: 3, compose: services =>
        {
            services.AddSingleton<ICurrent<OrderOptions>>(new Unchanging<OrderOptions>(new OrderOptions { MaxOpenOrdersPerUser = 0, MaxOpenUnitsPerUser = 0 }));
            services.AddGranaryGrains();
            services.AddPaymentProvider(new PaymentOptions());
            services.AddSingleton<ICatalogue>(new RecordedCatalogue());
            services.AddOrderViews();
        });
        var grains = cluster.Orleans.Client;
        await OpenAsync(grains);
        var placed = await Task.WhenAll(Enumerable.Range(0, Orders).Select(async i =>
        {
            var reply = await grains.Order(OrderId.New(DateTimeOffset.UtcNow)).Place(
                new PlaceOrder { UserId = WholeSilo.Customer, Lines = [new RequestedLine(WholeSilo.Sku, 1)], By = WholeSilo.Customer });
            await ClaimNextContract.PayAsync(grains, reply.Order!.Id);
            return reply.Order.Id;
        }));
        var given = new ConcurrentQueue<(string Order, string By)>();
        var (faults, killing) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var by = $"op-{caller}";
            while (given.Count + Volatile.Read(ref faults) < Orders)
            {
                try
                {
                    // A call that the dead silo had is not answered any more.
                    if (await grains.GetGrain<IPackingDeskGrain>(0).ClaimNext(by).WaitAsync(Patience, Cancellation) is { } order)
                    {
                        given.Enqueue((order.Id, by));
                    }
                }
                catch (Exception) when (!Cancellation.IsCancellationRequested)
                {
                    // The answer is lost with the silo, with an order or without.
                    Interlocked.Increment(ref faults);
                }

                if (given.Count > Orders / 4 && Interlocked.Exchange(ref killing, 1) == 0)
                {
                    var desk = await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grains.GetGrain<IPackingDeskGrain>(0));
                    await cluster.Orleans.KillSiloAsync(cluster.Orleans.Silos.Single(silo => silo.SiloAddress.Equals(desk)), Cancellation);
                }
            }
        })));

        // Whatever is still paid was not given out by a call that failed. The desk knows of it once the dead silo's partitions are read again.
        await Eventually.HoldsAsync(
            async () =>
            {
                while (await grains.GetGrain<IPackingDeskGrain>(0).ClaimNext("op-late") is { } order)
                {
                    given.Enqueue((order.Id, "op-late"));
                }

                var orders = await Task.WhenAll(placed.Select(id => grains.Order(id).Get(null)));
                return orders.All(reply => reply.Order!.Status != OrderStatus.Paid);
            },
            "every order is given out",
            cancellation: Cancellation);

        Assert.Equal(given.Count, given.Select(claim => claim.Order).Distinct().Count());
        var byOrder = given.ToDictionary(claim => claim.Order, claim => claim.By);
        Assert.InRange(Orders - given.Count, 0, faults);
        foreach (var id in placed)
        {
            var order = (await grains.Order(id).Get(null)).Order!;
            var packed = Assert.Single(order.Timeline, entry => entry.Type == "order.packing_started");
            Assert.Equal(byOrder.GetValueOrDefault(id, packed.By), packed.By);
        }
    }

    private static async Task OpenAsync(IGrainFactory grains)
    {
        Assert.Null((await grains.StockItem(WholeSilo.Sku).Define(new DefineProduct("Lamp", null, 1_999, null, UserId.System))).Refusal);
        Assert.Null((await grains.StockItem(WholeSilo.Sku).Adjust(new AdjustStock(1_000, "delivery", null, UserId.System))).Refusal);
        Assert.Null((await grains.User(WholeSilo.Customer).Register(new RegisterUser("ada", "hash", null, [Roles.Customer], UserId.System))).Refusal);
        Assert.Null((await grains.User(WholeSilo.Customer).Deposit(new DepositMoney(100_000_000, null, UserId.System))).Refusal);
    }
}
