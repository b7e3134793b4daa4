using System.Net;
using System.Text.Json;

namespace Granary.Testing;

/// <summary>The prerequisites of a test: products in stock and customers with money.</summary>
/// <param name="staff">The client of an administrator.</param>
/// <param name="register">Registers a customer without money.</param>
public sealed class Shop(HttpClient staff, Func<Task<Customer>> register)
{
    private static int _names;

    /// <summary>The client of the shop's staff.</summary>
    public HttpClient Staff => staff;

    /// <summary>A name that no other test uses.</summary>
    public static string Unique(string prefix) => $"{prefix}-{Interlocked.Increment(ref _names)}-{Guid.NewGuid():n}"[..30];

    /// <summary>A product with stock.</summary>
    /// <returns>Its SKU.</returns>
    public async Task<string> Product(long stock = 100, long price = 1_000, string? name = null)
    {
        var sku = Unique("SKU");
        var product = new { name = name ?? "Product " + sku, price = Usd(price) };
        using var defined = await Staff.SendJson(HttpMethod.Put, "/products/" + sku, product);
        await defined.Expect(HttpStatusCode.Created);
        if (stock > 0)
        {
            using var stocked = await Staff.PostJson($"/products/{sku}/stock-adjustments", new { quantity = stock, reason = "delivery" });
            await stocked.Expect(HttpStatusCode.Created);
        }

        return sku;
    }

    /// <summary>A customer with money in the wallet.</summary>
    public async Task<Customer> Customer(long money = 1_000_000)
    {
        var customer = await register();
        if (money > 0)
        {
            await Deposit(customer.Id, money);
        }

        return customer;
    }

    /// <summary>Puts money into a user's wallet.</summary>
    public async Task Deposit(string userId, long money = 1_000_000)
    {
        using var deposited = await Staff.PostJson($"/users/{userId}/deposits", Usd(money));
        await deposited.Expect(HttpStatusCode.Created);
    }

    /// <summary>The wallet of a customer: available and held.</summary>
    public async Task<(long Available, long Held)> Wallet(Customer customer)
    {
        using var response = await Staff.GetAsync("/users/" + customer.Id);
        var wallet = (await response.Expect(HttpStatusCode.OK)).At("wallet");
        return (wallet.Number("available", "amount"), wallet.Number("held", "amount"));
    }

    /// <summary>The stock level of a product.</summary>
    public async Task<JsonElement> Stock(string sku)
    {
        using var response = await Staff.GetAsync($"/products/{sku}/stock");
        return await response.Expect(HttpStatusCode.OK);
    }

    /// <summary>Money on the wire.</summary>
    public static object Usd(long amount) => new { amount, currency = "USD" };
}

/// <summary>A registered customer and the customer's client.</summary>
public sealed record Customer(HttpClient Http, string Id)
{
    /// <summary>Orders some products.</summary>
    public Task<HttpResponseMessage> Order(string? key, params (string Sku, long Quantity)[] lines)
    {
        var body = new
        {
            user_id = Id,
            items = lines.Select(line => new { sku = line.Sku, quantity = line.Quantity }).ToArray(),
        };
        return key is null
            ? Http.PostJson("/orders", body)
            : Http.PostJson("/orders", body, ("Idempotency-Key", key));
    }

    /// <summary>Places an order; the placement must succeed.</summary>
    public async Task<JsonElement> Placed(params (string Sku, long Quantity)[] lines)
    {
        using var response = await Order(null, lines);
        return await response.Expect(HttpStatusCode.Created);
    }
}
