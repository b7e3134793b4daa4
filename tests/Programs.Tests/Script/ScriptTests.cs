using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Client;
using Granary.Programs.Tests.Cluster;

namespace Granary.Programs.Tests.Script;

/// <summary>
/// <c>cluster.sh</c> as its users call it, with separate ports and a separate directory, and with the sample payment provider. A storefront
/// and a warehouse (<c>samples/integration</c>) go on while a front end is killed and every process is replaced. At last the primary of a
/// synchronous pair is lost, its standby takes over, and the old primary becomes the standby.
/// </summary>
public sealed partial class ScriptTests : IAsyncLifetime
{
    private const int Processes = 9;

    // Above the system's ephemeral ports; the script uses ports up to 207 above its first.
    private readonly int _port = 61_000 + (Random.Shared.Next(20) * 210);
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"granary-script-{Guid.NewGuid():N}");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        // Accessible to all users, because PostgreSQL and Redis run as their own users.
        var programs = Directory.CreateDirectory(Path.Combine(_directory, "programs")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(programs, "silo"), AppContext.BaseDirectory);
        Directory.CreateSymbolicLink(Path.Combine(programs, "api"), AppContext.BaseDirectory);
        Directory.CreateSymbolicLink(Path.Combine(programs, "provider"), AppContext.BaseDirectory);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down");
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_script_starts_a_cluster_replaces_every_process_of_it_and_stops_it()
    {
        Assert.Contains("not 'later'", await RefusedAsync("up --payments --standby later"), StringComparison.Ordinal);
        Assert.Contains("not both", await RefusedAsync("up --standby async --site a sync"), StringComparison.Ordinal);
        Assert.Contains("--site takes a, or by itself b", await RefusedAsync("up --site c"), StringComparison.Ordinal);
        Assert.Contains("there is no site a", await RefusedAsync("up --site b"), StringComparison.Ordinal);
        var started = Ids(await RunAsync("up --payments --standby"));
        Assert.Equal(Processes, started.Count);
        var admin = await LoginAsync(_port);
        await admin.PutProductAsync("TEA", new ProductDefinition("Tea", new Money(100, "USD")), Cancellation);

        Assert.Contains("is taken", await RefusedAsync("up", directory: "another"), StringComparison.Ordinal);
        Assert.Contains("know nothing of 2 databases", await RefusedAsync("up --databases 2"), StringComparison.Ordinal);
        Assert.Contains("know nothing of sites", await RefusedAsync("up --site a"), StringComparison.Ordinal);
        await AssertKillsOnlySilosAsync();
        started = Ids(await RunAsync("up"));
        Assert.Equal(Processes, started.Count);

        await using var shop = await IntegratedShop.OpenAsync(admin, Path.Combine(_directory, "carts"), AddressOf(0), AddressOf(1));
        using (var frontEnd = Process.GetProcessById(int.Parse(started[^2], CultureInfo.InvariantCulture)))
        {
            frontEnd.Kill();
        }

        started = Ids(await RunAsync("up"));
        var replaced = Ids(await RunAsync("rolling"));

        // All processes except both PostgreSQL, Redis and the payment provider, which are the first four.
        Assert.Equal(started.Take(4), replaced.Take(4));
        Assert.Empty(started.Skip(4).Intersect(replaced.Skip(4)));
        Assert.Equal("Tea", (await (await LoginAsync(_port + 1)).GetProductAsync("TEA", Cancellation)).Name);
        await shop.CloseAsync();
        await AssertPaysAndRefundsAsync(await LoginAsync(_port + 1));
        await AssertTakesOverAsync(admin);
        await RunAsync("down");
        Assert.Empty(Ids(await RunAsync("status")));
    }

    /// <summary>The standby takes over from a lost primary, which is then refused until it is rebuilt, and takes over from it in turn.</summary>
    private async Task AssertTakesOverAsync(GranaryClient admin)
    {
        var before = await PlaceAsync(admin);
        await RunAsync("kill postgres");
        Assert.Contains("--accept-loss", await RefusedAsync("failover"), StringComparison.Ordinal);
        await RunAsync("failover --accept-loss");
        var after = await Eventually.SucceedsAsync(() => PlaceAsync(admin), static fault => fault is GranaryProblemException);

        // The newer server is lost and the old primary started alone: what has the later history is not deleted.
        await RunAsync("kill standby");
        await RunAsync("database");
        Assert.Contains("old primary on timeline 1", await RunAsync("status"), StringComparison.Ordinal);
        Assert.Contains("standby is on timeline 2, later than postgres", await RefusedAsync("rebuild"), StringComparison.Ordinal);

        // Started again, the old primary is no standby and no primary: the script says what makes it one.
        Assert.Contains("postgres is an old primary", await RunAsync("up"), StringComparison.Ordinal);
        Assert.Contains("sound", await RunAsync("granary verify"), StringComparison.Ordinal);
        var rebuilt = await RunAsync("rebuild");
        Assert.Matches(@"postgres .*, standby \(sync\)", rebuilt);
        Assert.Matches(@"standby .*, primary on timeline 2", rebuilt);

        // The newer server is lost and the older one, which lacks nothing, takes over.
        await RunAsync("kill standby");
        await RunAsync("failover --accept-loss");
        var last = await Eventually.SucceedsAsync(() => PlaceAsync(admin), static fault => fault is GranaryProblemException);
        await RunAsync("kill postgres");
        Assert.Contains("no server is a primary", await RefusedAsync("rebuild"), StringComparison.Ordinal);
        Assert.Contains("primary on timeline 3", await RunAsync("up"), StringComparison.Ordinal);
        foreach (var order in new[] { before, after, last })
        {
            Assert.Equal("pending", (await Eventually.SucceedsAsync(
                () => admin.GetOrderAsync(order.Id, cancellationToken: Cancellation), static fault => fault is GranaryProblemException)).Status);
        }
    }

    private static Task<Order> PlaceAsync(GranaryClient admin) =>
        admin.PlaceOrderAsync(new NewOrder { Items = [new NewOrderItem("TEA", 1)], PaymentMethod = "external" }, cancellationToken: Cancellation);

    /// <summary>The payment provider captures and refunds, and its events arrive.</summary>
    private static async Task AssertPaysAndRefundsAsync(GranaryClient admin)
    {
        var order = await PlaceAsync(admin);
        var payment = await admin.PayOrderExternallyAsync(order.Id, "tok_ok", cancellationToken: Cancellation);
        await Eventually.HoldsAsync(
            async () => (await admin.GetPaymentAsync(payment.Id, Cancellation)) is { Status: "captured" } captured
                && captured.Timeline.Any(entry => entry.Type == "payment.event_received"),
            "the provider captures, and an event of it arrives");
        await admin.RefundOrderAsync(order.Id, order.Total, "returned", cancellationToken: Cancellation);
        await Eventually.HoldsAsync(
            async () => (await admin.GetPaymentAsync(payment.Id, Cancellation)).Refunded == order.Total, "the provider refunds");
    }

    private async Task AssertKillsOnlySilosAsync()
    {
        await RunAsync("kill 2");
        Assert.Contains("silo 2 does not run", await RefusedAsync("kill 2"), StringComparison.Ordinal);

        // As after a reboot, when another process may have the process id on file.
        using var stranger = Process.Start("sleep", "600");
        await File.WriteAllTextAsync(Path.Combine(_directory, "cluster", "silo-2.pid"), $"{stranger.Id} 1", Cancellation);
        Assert.Contains("silo 2 does not run", await RefusedAsync("kill 2"), StringComparison.Ordinal);
        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    private Uri AddressOf(int frontEnd) => new($"http://127.0.0.1:{_port + frontEnd}");

    private static List<string> Ids(string status) => [.. Pid().Matches(status).Select(match => match.Groups[1].Value)];

    private async Task<GranaryClient> LoginAsync(int port)
    {
        var client = new GranaryClient(new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
        await client.LoginAsync("admin", (await File.ReadAllTextAsync(Path.Combine(_directory, "cluster", "admin-password"), Cancellation)).Trim());
        return client;
    }

    private async Task<string> RunAsync(string arguments)
    {
        var (code, output, errors) = await EndAsync(arguments, "cluster");
        Assert.True(code == 0, $"{arguments}: {errors}{output}");
        return output;
    }

    /// <summary>Runs a command that must fail, and returns its output.</summary>
    private async Task<string> RefusedAsync(string arguments, string directory = "cluster")
    {
        var (code, output, errors) = await EndAsync(arguments, directory);
        Assert.True(code != 0, $"{arguments}: {output}");
        return errors + output;
    }

    private async Task<(int Code, string Output, string Errors)> EndAsync(string arguments, string directory)
    {
        using var process = Process.Start(new ProcessStartInfo(ClusterProgram.FileOf("ClusterScript"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["GRANARY_CLUSTER_DIR"] = Path.Combine(_directory, directory),
                ["GRANARY_CLUSTER_PORT"] = _port.ToString(CultureInfo.InvariantCulture),
                ["GRANARY_CLUSTER_PROGRAMS"] = Path.Combine(_directory, "programs"),
            },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    [GeneratedRegex(@"pid (\d+)")]
    private static partial Regex Pid();
}
