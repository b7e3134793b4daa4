using System.Net;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Orders;

/// <summary>A user who does not pay keeps no more from the others than the limits say, however many requests are sent at once.</summary>
public sealed class HoardingTests : IAsyncLifetime
{
    private const int Orders = 5;
    private const int Units = 6;

    private GranaryApp _app = null!;
    private Shop _shop = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await GranaryApp.StartWith($"--Granary:Orders:MaxOpenOrdersPerUser={Orders}", $"--Granary:Orders:MaxOpenUnitsPerUser={Units}");
        _shop = _app.OpenShop();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(1_000)]
    [InlineData(0)]
    public async Task Of_many_orders_at_once_as_many_are_placed_as_may_be_open(long price)
    {
        // Fewer than the limit of units for each product: until the wallet has refused them, the refused ones hold units, too.
        var skus = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _shop.Product(price: price)));
        var customer = await _shop.Customer();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => customer.Order(null, (skus[i % skus.Length], 1))));

        foreach (var answer in answers.Where(answer => answer.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.Conflict)))
        {
            Assert.Fail($"{(int)answer.StatusCode} {await answer.Body()}");
        }

        Assert.Equal(Orders, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.Created).ToList();
        foreach (var answer in refused)
        {
            Assert.Equal(Orders, (await answer.ExpectProblem(409, "too-many-open-orders")).Number("limit"));
        }

        var open = (await answers.First(answer => answer.IsSuccessStatusCode).Body()).Text("id");
        using var paid = await customer.Http.PostJson($"/orders/{open}/pay");
        await paid.Expect(HttpStatusCode.OK);

        // The wallet hears of the payment after its answer.
        await Eventually.HoldsAsync(
            async () => (await customer.Order(null, (skus[0], 1))).StatusCode == HttpStatusCode.Created,
            "a paid order makes room for another one",
            cancellation: Cancellation);
    }

    [Fact]
    public async Task Of_many_orders_at_once_no_more_units_of_a_product_are_held_than_may_be()
    {
        var (hoarded, other) = (await _shop.Product(stock: 100), await _shop.Product());
        var customer = await _shop.Customer();

        var answers = await Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => customer.Order(null, (hoarded, 4), (other, 1))));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        var problem = await answers.First(answer => !answer.IsSuccessStatusCode).ExpectProblem(409, "too-many-open-orders");
        Assert.Equal(Units, problem.Number("limit"));
        Assert.Equal(hoarded, problem.At("lines").EnumerateArray().Single().Text("sku"));
        Assert.Equal(4, (await _shop.Stock(hoarded)).Number("reserved"));
        using var others = await (await _shop.Customer()).Order(null, (hoarded, 6));
        await others.Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_amendment_obeys_the_limit_of_units()
    {
        var sku = await _shop.Product();
        var customer = await _shop.Customer();
        var id = (await customer.Placed((sku, 5))).Text("id");
        object Wished(int quantity) => new { items = new[] { new { sku, quantity } } };

        using var most = await customer.Http.SendJson(HttpMethod.Put, "/orders/" + id, Wished(6), ("If-Match", "*"));
        await most.Expect(HttpStatusCode.OK);
        using var more = await customer.Http.SendJson(HttpMethod.Put, "/orders/" + id, Wished(7), ("If-Match", "*"));

        await more.ExpectProblem(409, "too-many-open-orders");
    }

    [Fact]
    public async Task An_order_that_the_wallet_does_not_cover_takes_no_stock_and_writes_nothing()
    {
        var skus = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _shop.Product(price: 100)));
        var customer = await _shop.Customer(money: 299);
        var before = await VersionsAsync(customer, skus);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            customer.Order(i % 2 == 0 ? null : $"key-{i}", [.. skus.Select(sku => (sku, 1L))])));

        foreach (var answer in answers)
        {
            var problem = await answer.ExpectProblem(402, "insufficient-funds");
            Assert.Equal((300, 299), (problem.Number("required", "amount"), problem.Number("available", "amount")));
        }

        Assert.Equal(before, await VersionsAsync(customer, skus));
    }

    [Fact]
    public async Task A_price_that_has_fallen_is_the_one_that_the_wallet_has_to_cover()
    {
        var sku = await _shop.Product(price: 100);
        await (await _shop.Customer()).Placed((sku, 1));
        using var lowered = await _shop.Staff.SendJson(HttpMethod.Put, "/products/" + sku, new { name = "Cheaper", price = Shop.Usd(10) });
        await lowered.Expect(HttpStatusCode.OK);

        using var placed = await (await _shop.Customer(money: 50)).Order(null, (sku, 1));

        Assert.Equal(10, (await placed.Expect(HttpStatusCode.Created)).Number("total", "amount"));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(0)]
    public async Task An_order_beyond_the_limit_writes_nothing(long price)
    {
        var sku = await _shop.Product(price: price);
        var customer = await _shop.Customer();
        for (var i = 0; i < Orders; i++)
        {
            await customer.Placed((sku, 1));
        }

        var before = await VersionsAsync(customer, [sku]);
        using var refused = await customer.Order(null, (sku, 1));

        await refused.ExpectProblem(409, "too-many-open-orders");
        Assert.Equal(before, await VersionsAsync(customer, [sku]));
    }

    /// <summary>The versions of the wallet and of the stock items: every event counts.</summary>
    private async Task<List<long>> VersionsAsync(Customer customer, IEnumerable<string> skus)
    {
        var grains = _app.Services.GetRequiredService<IGrainFactory>();
        var versions = new List<long> { (await grains.GetGrain<IUserGrain>(customer.Id).Get()).User!.Version };
        foreach (var sku in skus)
        {
            versions.Add((await grains.GetGrain<IStockGrain>(sku).GetProduct()).Product!.Version);
        }

        return versions;
    }
}
