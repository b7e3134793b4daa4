using System.Collections.Concurrent;
using Granary.Client;
using Granary.Grains.Interfaces.Users;
using Address = Granary.Client.Address;
using NewOrder = Granary.Client.NewOrder;

namespace Granary.Commands.Import;

/// <summary>
/// Loads the Northwind catalogue and replays its orders through the public HTTP API, from placing to completing. Every step
/// carries an idempotency key made from the data, so a replay that was interrupted is simply run again.
/// </summary>
/// <param name="client">An administrator's.</param>
/// <param name="registrar">Has an API key with the scope <c>users:write</c>: nobody logs in as the customers, so they need no passwords.</param>
/// <param name="data">What is replayed.</param>
/// <param name="currency">The currency of the deployment.</param>
/// <param name="parallelism">How many requests are under way at a time.</param>
public sealed class NorthwindReplay(GranaryClient client, GranaryClient registrar, Northwind data, string currency, int parallelism)
{
    private const string Carrier = "Northwind Traders";
    private const string KeyPrefix = "northwind";

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = parallelism };

    /// <summary>Enters the products with the stock that is given. All are for sale: history sold the discontinued ones too.</summary>
    public Task LoadProductsAsync(Action progressed) => EachAsync(data.Products, progressed, async product =>
    {
        await client.PutProductAsync(product.Sku, new ProductDefinition(product.Name, new Money(product.Price, currency)));
        if (product.Stock > 0)
        {
            await client.AdjustStockAsync(product.Sku, product.Stock, "units in stock", $"{KeyPrefix}-stock-{product.Sku}");
        }
    });

    /// <summary>Adds what the stock lacks for all orders.</summary>
    public Task RestockAsync(Action progressed)
    {
        var demand = data.Demand();
        return EachAsync(data.Products, progressed, async product =>
        {
            var lacking = demand.GetValueOrDefault(product.Sku) - product.Stock;
            if (lacking > 0)
            {
                await client.AdjustStockAsync(product.Sku, lacking, "restock to cover demand", $"{KeyPrefix}-cover-{product.Sku}");
            }
        });
    }

    /// <summary>Registers the customers and gives each what their orders cost.</summary>
    public Task LoadCustomersAsync(Action progressed)
    {
        var spending = data.Spending();
        return EachAsync(data.Customers, progressed, async customer =>
        {
            await RegisterAsync(customer);
            if (spending.GetValueOrDefault(customer.Id) is > 0 and var amount)
            {
                await client.DepositAsync(UserIdOf(customer.Id), new Money(amount, currency), $"{KeyPrefix}-funds-{customer.Id}");
            }
        });
    }

    /// <summary>Places the orders and takes each through its life.</summary>
    public async Task<ReplaySummary> ReplayOrdersAsync(Action progressed)
    {
        var completed = new ConcurrentBag<Client.Order>();
        var refused = new ConcurrentBag<string>();
        await EachAsync(data.Orders, progressed, async order =>
        {
            try
            {
                completed.Add(await ReplayAsync(order));
            }
            catch (GranaryProblemException refusal) when (refusal.Problem.Slug is "insufficient-stock" or "product-not-for-sale")
            {
                refused.Add(refusal.Problem.Slug);
            }
        });
        return ReplaySummary.Of(completed, refused, await StockAsync());
    }

    /// <summary>Takes off sale what Northwind no longer sells.</summary>
    public Task DiscontinueAsync(Action progressed) =>
        EachAsync([.. data.Products.Where(product => product.Discontinued)], progressed, product => client.PutProductAsync(
            product.Sku,
            new ProductDefinition(product.Name, new Money(product.Price, currency), Status: "discontinued")));

    private async Task<Client.Order> ReplayAsync(NorthwindOrder order)
    {
        var placed = await client.PlaceOrderAsync(
            new NewOrder
            {
                UserId = UserIdOf(order.CustomerId),
                Items = [.. order.Lines.Select(line => new NewOrderItem(line.Sku, line.Quantity))],
                ShippingAddress = new Address
                {
                    Name = order.ShipName,
                    Line1 = order.ShipAddress,
                    City = order.ShipCity,
                    PostalCode = order.ShipPostalCode,
                    Country = order.ShipCountry,
                },
                Note = $"Northwind order {order.Id} of {order.Date}",
            },
            $"{KeyPrefix}-order-{order.Id}");

        // An earlier replay may have left it anywhere on its way.
        while (placed.Status != "completed")
        {
            placed = placed.Status switch
            {
                "pending" => await client.PayOrderAsync(placed.Id),
                "paid" => await client.PackOrderAsync(placed.Id),
                "packing" => await client.ShipOrderAsync(placed.Id, Carrier, "NW" + order.Id),
                "shipped" => await client.ReceiveOrderAsync(placed.Id),
                "received" => await client.CompleteOrderAsync(placed.Id),
                _ => throw new InvalidOperationException($"Order {placed.Id} is {placed.Status}; the replay cannot go on with it."),
            };
        }

        return placed;
    }

    private async Task RegisterAsync(NorthwindCustomer customer)
    {
        try
        {
            await registrar.RegisterCustomerAsync(UserNameOf(customer.Id), customer.CompanyName);
        }
        catch (GranaryProblemException refusal) when (refusal.Problem.Slug == "user-name-taken")
        {
            // An earlier replay registered them.
        }
    }

    private async Task<IReadOnlyList<StockLevel>> StockAsync()
    {
        var levels = new ConcurrentBag<StockLevel>();
        await EachAsync(data.Products, () => { }, async product => levels.Add(await client.GetStockAsync(product.Sku)));
        return [.. levels];
    }

    private Task EachAsync<T>(IReadOnlyList<T> entries, Action progressed, Func<T, Task> step) =>
        Parallel.ForEachAsync(entries, _parallel, async (entry, _) =>
        {
            await step(entry);
            progressed();
        });

    private static string UserNameOf(string customerId) => $"{KeyPrefix}-{customerId.ToLowerInvariant()}";

    // Ids of users follow from their names; so a customer of an earlier replay needs no search.
    private static string UserIdOf(string customerId) => UserId.From(UserNameOf(customerId));
}
