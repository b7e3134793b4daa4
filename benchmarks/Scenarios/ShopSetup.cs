using System.Globalization;

namespace Granary.Load;

/// <summary>A call that sets up the shop failed; the message has the status and the response.</summary>
public sealed class ShopSetupException(string message) : Exception(message);

/// <summary>The account that sets up the shop.</summary>
public sealed record StaffCredentials(string UserName, string Password);

/// <summary>
/// Sets up a shop through the public API: staff token, users with deposits, products with stock. It is idempotent: a second run
/// against the same server finds users and products and only repeats the stock adjustments under the same keys.
/// </summary>
public static class ShopSetup
{
    private const string CustomerPassword = "load-test-customer-7391";
    private const int CallsAtOnce = 8;
    private const int Unauthorized = 401;
    private const int NameTaken = 409;

    // Fewer than the failures after which the server throttles the login.
    private const int StaffAttempts = 8;
    private static readonly TimeSpan BetweenStaffAttempts = TimeSpan.FromMilliseconds(500);

    /// <exception cref="ShopSetupException">A response violates the contract.</exception>
    public static async Task<Shop> PrepareAsync(
        ShopClient client, ShopPlan plan, StaffCredentials credentials, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(credentials);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellation };
        var staff = client.Auth is AuthMode.None
            ? new Shopper(credentials.UserName, null)
            : new Shopper(credentials.UserName, await StaffTokenAsync(client, credentials, cancellation));
        var skus = Enumerable.Range(1, plan.Products).Select(n => plan.SkuPrefix + n.ToString(CultureInfo.InvariantCulture)).ToArray();
        await Parallel.ForEachAsync(skus, parallel, async (sku, token) => await StockAsync(client, plan, sku, staff, token));
        var shoppers = new Shopper[plan.Users];
        await Parallel.ForAsync(0, plan.Users, parallel, async (i, token) =>
            shoppers[i] = await ShopperAsync(client, plan, $"{plan.UserPrefix}{i + 1}", staff, token));
        return new(client, staff, shoppers, skus);
    }

    /// <summary>A shop whose users (<c>user-1…</c>) and products (<c>sku-1…</c>) the server created itself, as the baselines do.</summary>
    public static Shop Assume(ShopClient client, ShopPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new(
            client, new("staff", null), [.. Enumerable.Range(1, plan.Users).Select(n => new Shopper($"user-{n}", null))],
            [.. Enumerable.Range(1, plan.Products).Select(n => $"sku-{n}")]);
    }

    private static async Task StockAsync(ShopClient client, ShopPlan plan, string sku, Shopper staff, CancellationToken cancellation)
    {
        Expect(await client.PutProductAsync(sku, $"Product {sku}", plan.Price, staff, cancellation), $"put {sku}");
        Expect(await client.AdjustStockAsync(sku, plan.UnitsPerProduct, $"stock-{sku}", staff, cancellation), $"stock {sku}");
    }

    private static async Task<Shopper> ShopperAsync(
        ShopClient client, ShopPlan plan, string userName, Shopper staff, CancellationToken cancellation)
    {
        var registered = await client.RegisterAsync(userName, CustomerPassword, cancellation);
        if (registered.Status != NameTaken || client.Auth is AuthMode.None)
        {
            // Without tokens the client cannot look up the id of a user that exists already.
            Expect(registered, $"register {userName}");
        }

        var token = client.Auth is AuthMode.None ? null : await TokenAsync(client, userName, CustomerPassword, cancellation);
        var id = registered.Succeeded
            ? registered.Member("id")
            : Expect(await client.MeAsync(new(userName, token), cancellation), $"look up {userName}").Member("id");
        var shopper = new Shopper(id ?? throw new ShopSetupException($"register {userName}: no id in the answer"), token);
        Expect(await client.DepositAsync(shopper.UserId, plan.Deposit, $"deposit-{userName}", staff, cancellation), $"deposit {userName}");
        return shopper;
    }

    /// <summary>A server that has just started may still be registering its administrator.</summary>
    private static async Task<string> StaffTokenAsync(ShopClient client, StaffCredentials staff, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt < StaffAttempts; attempt++)
        {
            if ((await client.TokenAsync(staff.UserName, staff.Password, cancellation)).Status != Unauthorized)
            {
                break;
            }

            await Task.Delay(BetweenStaffAttempts, cancellation);
        }

        return await TokenAsync(client, staff.UserName, staff.Password, cancellation);
    }

    private static async Task<string> TokenAsync(ShopClient client, string userName, string password, CancellationToken cancellation)
    {
        var reply = Expect(await client.TokenAsync(userName, password, cancellation), $"token of {userName}");
        return "Bearer " + (reply.Member("access_token") ?? throw new ShopSetupException("no access_token in the answer"));
    }

    private static Reply Expect(Reply reply, string what) =>
        reply.Succeeded
            ? reply
            : throw new ShopSetupException($"{what}: {reply.Status} {System.Text.Encoding.UTF8.GetString(reply.Body.Span)}");
}
