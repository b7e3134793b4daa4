using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Granary.Operator;
using k8s.Models;

namespace Granary.Programs.Tests.Operator;

/// <summary>
/// The operator as a process, and pods that are silos and front ends as processes: a new version is wanted while customers order, the
/// operator is killed in the middle, and no request fails.
/// </summary>
public sealed class ReplacedProcessesTests
{
    private const int Customers = 2;

    [Fact]
    public async Task A_new_version_replaces_every_process_and_no_request_fails()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        await using var api = await ApiServer.StartAsync();
        await using var kubelet = new ProcessKubelet(new Dictionary<string, string>
        {
            ["postgres"] = await postgres.CreateDatabaseAsync(),
            ["redis"] = redis.ConnectionString,
            ["admin-password"] = Product.AdminPassword,
        });
        var directory = Directory.CreateTempSubdirectory("granary-operator-");
        var configuration = Path.Combine(directory.FullName, "kubeconfig");
        await File.WriteAllTextAsync(configuration, Configuration(api.Address), TestContext.Current.CancellationToken);
        await using var program = new ProgramProcess("Granary.Operator.dll", new Dictionary<string, string>
        {
            ["KUBECONFIG"] = configuration,
            ["Operator__Namespace"] = ApiServer.Space,
            ["Operator__Identity"] = "granary-operator-0",
        });
        api.Store.Create(GranaryCluster.Plural, Wanted());
        await using var controllers = new Controllers(api.Store, kubelet, keepsMinReady: true);
        program.Start();
        await SettlesAsync(api, program, kubelet, "0.2.0");

        using var administrator = Access.Client(kubelet.Endpoints[0]);
        var shop = Access.Shop(kubelet.Endpoints[0], await administrator.TokenAsync("admin", Product.AdminPassword));
        var sku = await shop.Product(stock: 1_000_000, price: 1);
        var customers = new List<Customer>();
        for (var number = 0; number < Customers; number++)
        {
            customers.Add(await shop.Customer());
        }

        using var enough = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var load = customers.Select(customer => OrderAsync(customer, sku, kubelet, failures, enough.Token)).ToList();
        api.Store.Change<GranaryCluster>(GranaryCluster.Plural, GranaryCluster.OnlyName, cluster => cluster.Spec = cluster.Spec with { Version = "0.3.0" });
        await Eventually.HoldsAsync(() => kubelet.Started.Any(pod => pod.Version == "0.3.0"), "the first new silo starts", cancellation: TestContext.Current.CancellationToken);
        await program.KillAsync();
        program.Start();
        await SettlesAsync(api, program, kubelet, "0.3.0");
        await enough.CancelAsync();
        var placed = (await Task.WhenAll(load)).Sum();

        Assert.Empty(failures);
        Assert.True(placed > 20, $"{placed} orders");
        var started = kubelet.Started.ToList();
        Assert.Equal(
            ["silo 0.2.0", "silo 0.2.0", "front-end 0.2.0", "silo 0.3.0", "silo 0.3.0", "front-end 0.3.0"],
            started.Select(pod => $"{(pod.Pod.StartsWith(ClusterObjects.SiloName, StringComparison.Ordinal) ? "silo" : "front-end")} {pod.Version}"));
        Assert.Equal(6, started.Select(pod => pod.ProcessId).Distinct().Count());
        Assert.Equal(3, api.Store.List<V1Pod>("pods").Count);

        using var front = Access.Client(kubelet.Endpoints[0]);
        using var staff = Access.Client(kubelet.Endpoints[0], await front.TokenAsync("admin", Product.AdminPassword));
        using var stock = await staff.GetAsync($"/products/{sku}/stock", TestContext.Current.CancellationToken);
        Assert.Equal(placed, (await stock.Body()).GetProperty("reserved").GetInt64());
        directory.Delete(recursive: true);
    }

    /// <summary>Orders one unit after the other, each at a front end of the service.</summary>
    /// <returns>How many orders were acknowledged.</returns>
    private static async Task<int> OrderAsync(Customer customer, string sku, ProcessKubelet kubelet, ConcurrentQueue<string> failures, CancellationToken enough)
    {
        var doors = new Dictionary<Uri, HttpClient>();
        var placed = 0;
        while (!enough.IsCancellationRequested)
        {
            try
            {
                var address = kubelet.Endpoints[0];
                if (!doors.TryGetValue(address, out var door))
                {
                    doors[address] = door = Access.Client(address);
                    door.DefaultRequestHeaders.Authorization = customer.Http.DefaultRequestHeaders.Authorization;
                }

                using var answer = await new Customer(door, customer.Id).Order(Guid.NewGuid().ToString("n"), (sku, 1));
                if (answer.StatusCode == System.Net.HttpStatusCode.Created)
                {
                    placed++;
                }
                else
                {
                    failures.Enqueue($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or ArgumentOutOfRangeException)
            {
                failures.Enqueue(fault.ToString());
            }

            await Task.Delay(200, CancellationToken.None);
        }

        foreach (var door in doors.Values)
        {
            door.Dispose();
        }

        return placed;
    }

    private static async Task SettlesAsync(ApiServer api, ProgramProcess program, ProcessKubelet kubelet, string version)
    {
        try
        {
            await Eventually.HoldsAsync(
                () => program.HasExited
                    ? throw new TimeoutException("The operator has ended.")
                    : api.Store.Find<GranaryCluster>(GranaryCluster.Plural, GranaryCluster.OnlyName)!.Status is { } status && status.Version == version
                    && status.Is(ClusterCondition.Ready) && !status.Is(ClusterCondition.Progressing),
                $"everything runs {version}",
                TimeSpan.FromMinutes(6),
                TestContext.Current.CancellationToken);
        }
        catch (TimeoutException fault)
        {
            throw new InvalidOperationException($"{api.Store.Find(GranaryCluster.Plural, GranaryCluster.OnlyName)}\n{program.Output}\n{kubelet.Output}", fault);
        }
    }

    private static JsonObject Wanted() => new()
    {
        ["apiVersion"] = $"{GranaryCluster.Api}/{GranaryCluster.Version}",
        ["kind"] = GranaryCluster.KindName,
        ["metadata"] = new JsonObject { ["name"] = GranaryCluster.OnlyName, ["namespace"] = ApiServer.Space },
        ["spec"] = new JsonObject
        {
            ["version"] = "0.2.0",
            ["replicas"] = 2,
            ["frontEndReplicas"] = 1,
            ["settings"] = new JsonObject
            {
                ["Granary__Silo__Tls__Mode"] = "Off",
                ["Granary__RateLimit__PermitsPerSecond"] = "0",
                ["Granary__RateLimit__RegistrationsPerMinute"] = "0",
                ["Granary__Orders__MaxOpenOrdersPerUser"] = "0",
                ["Granary__Orders__MaxOpenUnitsPerUser"] = "0",
                ["Granary__Orders__PaymentTimeout"] = "05:00:00",
                ["Granary__Telemetry__Dashboard"] = "false",
                ["Serilog__MinimumLevel__Default"] = "Warning",
            },
        },
    };

    private static string Configuration(string server) => $$"""
        apiVersion: v1
        kind: Config
        clusters: [{ name: test, cluster: { server: "{{server}}" } }]
        users: [{ name: test, user: { token: none } }]
        contexts: [{ name: test, context: { cluster: test, user: test } }]
        current-context: test
        """;
}
