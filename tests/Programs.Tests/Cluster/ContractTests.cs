using System.Net;
using System.Reflection;
using Granary.Api;
using Granary.Client;
using Granary.Hosting.Clustering;
using Orleans.CodeGeneration;
using Orleans.Runtime;

namespace Granary.Programs.Tests.Cluster;

/// <summary>
/// The contract of grains while it evolves. <c>tests/NextContract</c> is the product one version later; the product itself plays
/// the running version with the previous contract.
/// </summary>
[Collection(Deployment.WholeMachine)]
public sealed class ContractTests(ITestOutputHelper output)
{
    private const int Orders = 24;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_interface_of_a_grain_has_a_version()
    {
        var interfaces = new[] { typeof(Granary.Grains.Interfaces.Orders.IOrderGrain).Assembly, typeof(RunningCluster).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
            .ToList();

        Assert.True(interfaces.Count >= 6);
        Assert.All(interfaces, type => Assert.True(type.GetCustomAttribute<VersionAttribute>() is { Version: > 0 }, $"{type} has no version."));
    }

    [Fact]
    public async Task Silos_and_front_ends_of_two_versions_serve_the_same_orders_and_the_journal_matches_every_answer()
    {
        await using var deployment = await Deployment.StartAsync(
            [ClusterProgram.Silo, ClusterProgram.NextSilo], [ClusterProgram.FrontEnd, ClusterProgram.NextFrontEnd]);
        await using var account = await Account.OpenAsync(deployment);
        await using var crowd = await Crowd.EnterAsync(deployment);
        await crowd.IsServedAsync();
        await crowd.PauseAsync();
        output.WriteLine(crowd.Tally.Describe("two versions"));
        Assert.Empty(crowd.Tally.Wrong);
        Assert.Equal(0, crowd.Tally.Failures);
        var (previous, next) = (crowd.FrontEnds[0].Http, crowd.FrontEnds[1].Http);
        var admin = new GranaryClient(previous);
        await admin.LoginAsync("admin", Deployment.AdminPassword, Cancellation);
        await account.IsExactAsync(crowd, () => crowd.TouchEverythingAsync(admin));

        await using var cluster = await deployment.ConnectAsync();
        var contracts = new TwoContracts(deployment, cluster, admin, new GranaryClient(next), next, crowd.Members[0].UserId);
        await contracts.Next.LoginAsync("admin", Deployment.AdminPassword, Cancellation);
        var orders = await AssertCallsFindTheirVersionAsync(contracts);
        await AssertTheNextIsNotServedByThePreviousAsync(contracts, orders);
    }

    private static async Task<List<Order>> AssertCallsFindTheirVersionAsync(TwoContracts contracts)
    {
        var orders = new List<Order>();
        for (var i = 0; i < Orders; i++)
        {
            orders.Add(await contracts.PlaceAsync());
        }

        // An order leaves memory after it was placed, and activates again when it is called.
        foreach (var order in orders)
        {
            await contracts.Previous.GetOrderAsync(order.Id, Cancellation);
        }

        // Silos of both versions serve callers of the previous contract.
        Assert.Equal(2, (await contracts.SilosOfAsync(orders)).Count);
        foreach (var order in orders)
        {
            Assert.Equal("pending", (await contracts.Next.GetOrderAsync(order.Id, Cancellation)).Status);
        }

        // The remaining silo has the next contract: orders from other silos have moved there, and it serves callers of both
        // versions.
        Assert.Single(await contracts.SilosOfAsync(orders));
        var counted = 0;
        foreach (var order in orders)
        {
            Assert.Equal("paid", (await contracts.Previous.PayOrderAsync(order.Id, Cancellation)).Status);

            // An earlier silo refuses to pass on the call.
            var (status, answer) = await contracts.CountUnitsAsync(order);
            Assert.True(IsCounted(status, answer) || status == HttpStatusCode.ServiceUnavailable, $"{status}: {answer}");
            counted += IsCounted(status, answer) ? 1 : 0;
        }

        Assert.NotEqual(0, counted);

        return orders;
    }

    /// <summary>
    /// As after a rollback in the wrong order: callers of the missing contract are refused, and not misunderstood.
    /// </summary>
    private static async Task AssertTheNextIsNotServedByThePreviousAsync(TwoContracts contracts, List<Order> orders)
    {
        await contracts.Deployment.Silos[1].StopAsync();
        var refused = await Assert.ThrowsAsync<GranaryProblemException>(() => contracts.Next.GetOrderAsync(orders[0].Id, Cancellation));
        Assert.Equal(503, refused.Problem.Status);
        foreach (var order in orders)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await contracts.CountUnitsAsync(order)).Status);
            Assert.Equal("paid", (await contracts.Previous.GetOrderAsync(order.Id, Cancellation)).Status);
        }
    }

    private static bool IsCounted(HttpStatusCode status, string answer) =>
        status == HttpStatusCode.OK && answer.StartsWith("3 units counted by ", StringComparison.Ordinal);

    /// <summary>One cluster, called by both contracts.</summary>
    private sealed record TwoContracts(
        Deployment Deployment, RunningCluster Cluster, GranaryClient Previous, GranaryClient Next, HttpClient NextHttp, string Buyer)
    {
        public Task<Order> PlaceAsync() => Previous.PlaceOrderAsync(
            new NewOrder { UserId = Buyer, Items = [new NewOrderItem("A-1", 2), new NewOrderItem("A-2", 1)] }, cancellationToken: Cancellation);

        /// <summary>Calls a method that only the next contract has. Any failure can be repeated.</summary>
        public async Task<(HttpStatusCode Status, string Answer)> CountUnitsAsync(Order order)
        {
            using var response = await NextHttp.GetAsync($"/orders/{order.Id}/units", Cancellation);
            Assert.True(response.IsSuccessStatusCode || response.Headers.RetryAfter is not null, response.ToString());
            return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        }

        /// <summary>The silos that host the grains of orders.</summary>
        public async Task<HashSet<string>> SilosOfAsync(List<Order> orders)
        {
            var keys = orders.Select(order => order.Id).ToHashSet();
            var grains = await Cluster.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
            return [.. grains.Where(grain => keys.Contains(grain.GrainId.Key.ToString()!)).Select(grain => grain.SiloAddress.ToString())];
        }
    }
}
