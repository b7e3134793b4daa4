using System.Globalization;
using Granary.Client;
using Npgsql;

namespace Granary.Programs.Tests.Crash;

/// <summary>Two silos over PostgreSQL and Redis; the test kills the one that does a job for both.</summary>
public sealed class TwoSiloTests
{
    private static readonly TimeSpan PaymentTimeout = TimeSpan.FromSeconds(25);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unpaid_orders_expire_and_are_followed_although_the_silo_that_swept_and_hosted_them_was_killed()
    {
        var directory = Directory.CreateTempSubdirectory("granary-crash-").FullName;
        try
        {
            await using var postgres = await PostgresServer.StartAsync();
            await using var redis = await RedisServer.StartAsync();
            var database = await postgres.CreateDatabaseAsync();
            var settings = new Dictionary<string, string>
            {
                ["Granary__DataDirectory"] = directory,
                ["Granary__Storage"] = "PostgreSql",
                ["ConnectionStrings__Granary"] = database,
                ["Granary__Clustering"] = "Redis",
                ["ConnectionStrings__Redis"] = redis.ConnectionString,
                ["Granary__Silo__Address"] = "127.0.0.1",
                ["Granary__Silo__Tls__Mode"] = "Off",
                ["Granary__Silo__ProbeTimeout"] = "00:00:01",
                ["Granary__Silo__MissedProbes"] = "2",
                ["Granary__Orders__PaymentTimeout"] = PaymentTimeout.ToString(),
            };
            await using var one = await ProductProcess.StartAsync([.. settings, .. CrashSettings.Defaults]);
            await using var two = await ProductProcess.StartAsync([.. settings, .. CrashSettings.Defaults]);
            await RunAsync(one, two, database);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RunAsync(ProductProcess one, ProductProcess two, string database)
    {
        var sweeper = await UntilSweptByAsync(database, pid => pid == one.ProcessId || pid == two.ProcessId);
        var (victim, survivor) = sweeper == one.ProcessId ? (one, two) : (two, one);
        using var lost = new HttpClient { BaseAddress = victim.Address };
        using var kept = new HttpClient { BaseAddress = survivor.Address };
        var (atVictim, atSurvivor) = (new GranaryClient(lost), new GranaryClient(kept));
        await atVictim.LoginAsync("admin", Product.AdminPassword, Cancellation);
        await atSurvivor.LoginAsync("admin", Product.AdminPassword, Cancellation);
        await atSurvivor.PutProductAsync("S-1", new ProductDefinition("Lamp", new Money(100, "USD")), Cancellation);
        await atSurvivor.AdjustStockAsync("S-1", 100, "delivery", cancellationToken: Cancellation);
        var buyer = await atSurvivor.RegisterAsync("buyer", "a password of a buyer", cancellationToken: Cancellation);
        await atSurvivor.DepositAsync(buyer.Id, new Money(100_000, "USD"), cancellationToken: Cancellation);

        // A silo compiles the placement code at its first order: on a slow machine that alone could take until the deadline.
        await PlaceAsync(atVictim, buyer);
        await PlaceAsync(atSurvivor, buyer);
        var orders = new List<Order>();
        foreach (var client in new[] { atVictim, atSurvivor, atVictim, atSurvivor, atVictim, atSurvivor })
        {
            orders.Add(await PlaceAsync(client, buyer));
        }

        // The first order was placed at the silo that will be killed.
        await using var followed = atSurvivor.FollowOrderAsync(orders[0].Id, cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await followed.MoveNextAsync());
        Assert.Equal("pending", followed.Current.Status);
        Assert.Equal(victim.ProcessId, await SweeperAsync(database));
        await victim.KillAsync();
        var killed = DateTimeOffset.UtcNow;

        Assert.True(await followed.MoveNextAsync());
        Assert.Equal(("order.expired", "expired"), (followed.Current.Type, followed.Current.Status));
        foreach (var placed in orders)
        {
            Order? order = null;
            await Eventually.HoldsAsync(
                async () => (order = await atSurvivor.GetOrderAsync(placed.Id, Cancellation)).Status == "expired", "the order expires", cancellation: Cancellation);
            Assert.True(order!.UpdatedAt > killed, "It expired before the silo was killed: the machine is too slow for this test's deadline.");
        }

        await Eventually.HoldsAsync(
            async () => (await atSurvivor.GetStockAsync("S-1", Cancellation)).Available == 100, "all units are free again", cancellation: Cancellation);
        await UntilSweptByAsync(database, pid => pid == survivor.ProcessId);
    }

    private static Task<Order> PlaceAsync(GranaryClient client, User buyer) => client.PlaceOrderAsync(
        new NewOrder { UserId = buyer.Id, Items = [new NewOrderItem("S-1", 1)] }, cancellationToken: Cancellation);

    private static async Task<int> UntilSweptByAsync(string database, Func<int, bool> expected)
    {
        int? sweeper = null;
        await Eventually.HoldsAsync(
            async () => (sweeper = await SweeperAsync(database)) is { } pid && expected(pid), "a silo sweeps", cancellation: Cancellation);
        return sweeper!.Value;
    }

    /// <summary>
    /// The process that holds the lease of the sweep; the holder's name contains machine, process and a unique part.
    /// </summary>
    private static async Task<int?> SweeperAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("SELECT holder FROM lease WHERE name = 'deadline-sweep'", connection);
        return await command.ExecuteScalarAsync(Cancellation) is string holder
            ? int.Parse(holder.Split('/')[^2], CultureInfo.InvariantCulture)
            : null;
    }
}
