using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
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

    // Nothing dies here, and the machine may be busy.
    private static readonly KeyValuePair<string, string>[] Patient = [new("Granary__Silo__ProbeTimeout", "00:00:10"), new("Granary__Silo__ResponseTimeout", "00:00:30")];

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

    /// <summary>As docs/kubernetes.md has it: a silo and a front end of the next version join a running cluster, and are taken back.</summary>
    [Fact]
    public async Task A_canary_joins_serves_and_leaves_while_customers_order_and_the_journal_matches_every_answer()
    {
        await using var deployment = await Deployment.StartAsync([ClusterProgram.Silo, ClusterProgram.Silo], [ClusterProgram.FrontEnd], Patient);
        await using var account = await Account.OpenAsync(deployment);
        await using var crowd = await Crowd.EnterAsync(deployment);
        await crowd.IsServedAsync();
        await deployment.JoinAsync(crowd, ClusterProgram.NextSilo, ClusterProgram.NextFrontEnd);
        var contracts = await TwoContracts.OpenAsync(deployment, crowd);
        await BothServeAsync(deployment);
        var goOn = await crowd.PauseAsync();
        await AssertEverySiloPlacedAndTheCanaryAllOrdersOfItsFrontEndAsync(deployment);
        var orders = crowd.Members.SelectMany(customer => customer.Told.Values).Take(Orders).ToList();
        await AssertCallsFindTheirVersionAsync(contracts, orders);
        goOn();
        await crowd.IsServedAsync();
        await deployment.LeaveAsync(crowd);
        await crowd.IsServedAsync();
        await crowd.PauseAsync();
        output.WriteLine(crowd.Tally.Describe("a canary came and left"));
        Assert.Empty(crowd.Tally.Wrong);
        Assert.True(crowd.Tally.Failures == 0, string.Join('\n', deployment.Silos.Concat(deployment.FrontEnds).Select(process => process.Output)));
        await account.IsExactAsync(crowd, () => crowd.TouchEverythingAsync(contracts.Previous));
        output.WriteLine(await account.IsDeliveredAsync());
        await AssertTheNextIsNotServedByThePreviousAsync(contracts, orders);
    }

    /// <summary>Returns when front ends of both versions have placed orders since this call.</summary>
    private static async Task BothServeAsync(Deployment deployment)
    {
        var before = await Task.WhenAll(deployment.FrontEnds.Select(PlacedAsync));
        await Eventually.HoldsAsync(
            async () => (await Task.WhenAll(deployment.FrontEnds.Select(PlacedAsync))).Zip(before).All(count => count.First >= count.Second + 10),
            "front ends of both versions place orders",
            interval: TimeSpan.FromSeconds(1),
            cancellation: Cancellation);
    }

    /// <summary>What the later front end calls with its contract, the later silo alone serves.</summary>
    private async Task AssertEverySiloPlacedAndTheCanaryAllOrdersOfItsFrontEndAsync(Deployment deployment)
    {
        var placed = await Task.WhenAll(deployment.FrontEnds.Select(PlacedAsync));
        var created = await Task.WhenAll(deployment.Silos.Select(silo => SumAsync(silo, "order_created_total")));
        output.WriteLine($"orders over front ends: {string.Join(", ", placed)}; placed by silos: {string.Join(", ", created)}; the last are the canary's");
        Assert.All(created, count => Assert.NotEqual(0, count));
        Assert.True(created[^1] >= placed[^1]);
    }

    private static async Task AssertCallsFindTheirVersionAsync(TwoContracts contracts, List<JsonNode> orders)
    {
        await Task.WhenAll(orders.Select(order => AssertReadAsync(contracts.Previous, order)));

        // Silos of both versions serve callers of the previous contract.
        var silos = await contracts.SilosOfAsync(orders);
        Assert.True(silos.Contains(contracts.CanaryPort) && silos.Count > 1, string.Join(' ', silos));
        await Task.WhenAll(orders.Select(order => AssertReadAsync(contracts.Next, order)));

        // The remaining silo has the next contract: orders from other silos have moved there, and it serves callers of both
        // versions.
        Assert.Equal([contracts.CanaryPort], await contracts.SilosOfAsync(orders));
        var counted = 0;
        foreach (var order in orders)
        {
            await AssertReadAsync(contracts.Previous, order);

            // An earlier silo refuses to pass on the call. One call at a time: Orleans 10.4 leaves what it has read behind such a message
            // until the next message comes over that connection.
            var (status, answer) = await contracts.CountUnitsAsync(order);
            Assert.True(IsCounted(order, status, answer) || status == HttpStatusCode.ServiceUnavailable, $"{status}: {answer}");
            counted += status == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.NotEqual(0, counted);
    }

    /// <summary>
    /// As after a rollback in the wrong order: callers of the missing contract are refused, and not misunderstood.
    /// </summary>
    private static async Task AssertTheNextIsNotServedByThePreviousAsync(TwoContracts contracts, List<JsonNode> orders)
    {
        await Deployment.StartAsync(contracts.Deployment.FrontEnds[^1]);
        var refused = await Assert.ThrowsAsync<GranaryProblemException>(() => contracts.Next.GetOrderAsync((string)orders[0]["id"]!, Cancellation));
        Assert.Equal(503, refused.Problem.Status);
        foreach (var order in orders)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await contracts.CountUnitsAsync(order)).Status);
            await contracts.Previous.GetOrderAsync((string)order["id"]!, Cancellation);
        }
    }

    private static async Task AssertReadAsync(GranaryClient client, JsonNode order) =>
        Assert.Equal((string?)order["status"], (await client.GetOrderAsync((string)order["id"]!, Cancellation)).Status);

    private static bool IsCounted(JsonNode order, HttpStatusCode status, string answer) =>
        status == HttpStatusCode.OK && answer.StartsWith($"{order["items"]!.AsArray().Sum(line => (int)line!["quantity"]!)} units counted by ", StringComparison.Ordinal);

    private static Task<double> PlacedAsync(ProgramProcess frontEnd) => SumAsync(frontEnd, "http_request_duration_seconds_count", "handler=\"/orders\"", "method=\"POST\"", "code=\"201\"");

    /// <summary>A counter of a process, over all lines that have the labels.</summary>
    private static async Task<double> SumAsync(ProgramProcess process, string metric, params string[] labels)
    {
        using var http = new HttpClient { BaseAddress = process.Address };
        return (await http.GetStringAsync("/metrics", Cancellation)).Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith(metric + "{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>One cluster, called by both contracts: the first front end has the previous one, the last has the next.</summary>
    private sealed record TwoContracts(Deployment Deployment, GranaryClient Previous, GranaryClient Next, HttpClient NextHttp)
    {
        public int CanaryPort => Deployment.SiloPorts[^1];

        public static async Task<TwoContracts> OpenAsync(Deployment deployment, Crowd crowd)
        {
            var next = crowd.FrontEnds[^1].Http;
            return new(deployment, await Administrator.LoginAsync(crowd.FrontEnds[0].Http), await Administrator.LoginAsync(next), next);
        }

        /// <summary>Calls a method that only the next contract has. Any failure can be repeated.</summary>
        public async Task<(HttpStatusCode Status, string Answer)> CountUnitsAsync(JsonNode order)
        {
            using var response = await NextHttp.GetAsync($"/orders/{(string)order["id"]!}/units", Cancellation);
            Assert.True(response.IsSuccessStatusCode || response.Headers.RetryAfter is not null, response.ToString());
            return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        }

        /// <summary>The ports of the silos that host the grains of orders.</summary>
        public async Task<HashSet<int>> SilosOfAsync(List<JsonNode> orders)
        {
            var keys = orders.Select(order => (string)order["id"]!).ToHashSet();
            await using var cluster = await Deployment.ConnectAsync();
            var grains = await cluster.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
            return [.. grains.Where(grain => keys.Contains(grain.GrainId.Key.ToString()!)).Select(grain => grain.SiloAddress.Endpoint.Port)];
        }
    }
}
