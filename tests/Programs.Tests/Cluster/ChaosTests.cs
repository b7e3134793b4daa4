using System.Diagnostics;
using System.Globalization;
using Granary.Client;

namespace Granary.Programs.Tests.Cluster;

/// <summary>
/// Twenty clients order over both front ends while parts of the cluster die, freeze, stop and lose their storage. After each
/// fault the test compares the journal with the answers that clients got, and the consumers of the journal with the journal, a reader
/// of the feed among them. The cluster starts with the previous release (<c>tests/PreviousRelease</c>), which the first fault replaces by the product. A silo of
/// that release may hold up calls while it is stopped: its stock items and wallets wait for the orders they ask. So this replacement
/// may be answered 503 with <c>Retry-After</c>; one of the product's own processes must not be noticed at all. One round by default; <c>GRANARY_CHAOS_MINUTES</c> repeats the rounds for that time, <c>GRANARY_CHAOS_ONLY</c> selects faults by a
/// text in their name. Every process knows a second host of the database, on which nothing listens until the last fault: there a synchronous standby takes
/// the place of the primary.
/// </summary>
[Collection(Deployment.WholeMachine)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const string Replaced = "every process replaced, one by one";
    private const string SiloReplaced = "silo replaced";
    private const string SettingsChanged = "settings changed";
    private const string PrimaryLost = "primary lost";

    private bool _isPreviousRelease;

    [Fact]
    public async Task No_fault_loses_an_acknowledged_order_and_clients_see_only_answers_and_retryable_failures()
    {
        var replaces = _isPreviousRelease = Replaced.Contains(Only, StringComparison.Ordinal);
        await using var deployment = await Deployment.StartWithStandbyAsync(
            [.. Enumerable.Repeat(replaces ? ClusterProgram.PreviousSilo : ClusterProgram.Silo, 3)],
            [.. Enumerable.Repeat(replaces ? ClusterProgram.PreviousFrontEnd : ClusterProgram.FrontEnd, 2)]);
        await using var account = await Account.OpenAsync(deployment);
        await using var crowd = await Crowd.EnterAsync(deployment);
        await crowd.IsServedAsync();
        await using var consumer = FeedConsumer.Start(deployment.FrontEnds.Select(frontEnd => frontEnd.Address), Deployment.AdminPassword);
        var started = Stopwatch.StartNew();
        do
        {
            foreach (var (fault, inject) in Faults(deployment, crowd).Where(fault => fault.Name.Contains(Only, StringComparison.Ordinal)))
            {
                await EndureAsync(deployment, crowd, account, consumer, fault, inject);
            }
        }
        while (started.Elapsed < RunFor && !TestContext.Current.CancellationToken.IsCancellationRequested);

        // Last, and once: the other faults need the server that is lost.
        if (PrimaryLost.Contains(Only, StringComparison.Ordinal))
        {
            await EndureAsync(
                deployment, crowd, account, consumer, PrimaryLost, () => deployment.LosePrimaryAsync(() => crowd.Tally.Note("promoted")));
        }
    }

    private static TimeSpan RunFor =>
        double.TryParse(Environment.GetEnvironmentVariable("GRANARY_CHAOS_MINUTES"), CultureInfo.InvariantCulture, out var minutes)
            ? TimeSpan.FromMinutes(minutes)
            : TimeSpan.Zero;

    private static string Only => Environment.GetEnvironmentVariable("GRANARY_CHAOS_ONLY") ?? "";

    /// <summary>Each fault returns when an operator would have repaired it.</summary>
    private static (string Name, Func<Task> Inject)[] Faults(Deployment deployment, Crowd crowd)
    {
        var (first, second, last) = (deployment.Silos[0], deployment.Silos[1], deployment.Silos[^1]);
        return
        [
            (Replaced, () => deployment.ReplaceAsync(crowd, ClusterProgram.Silo, ClusterProgram.FrontEnd)),
            (SettingsChanged, () => ChangedSettings.ApplyAsync(deployment, crowd)),
            (SiloReplaced, async () =>
            {
                await first.StopAsync();
                await Deployment.StartAsync(first);
            }),
            ("silo killed", async () =>
            {
                await first.KillAsync();
                await IsEvictedAsync(deployment, crowd, second);
                await Deployment.StartAsync(first);
            }),
            ("silo frozen, then thawed", async () =>
            {
                await second.FreezeAsync();
                await IsEvictedAsync(deployment, crowd, first);
                await second.ThawAsync();
                crowd.Tally.Note("thawed");
                await Eventually.HoldsAsync(() => second.HasExited, "the silo learns that it was declared dead and ends");
                await Deployment.StartAsync(second);
            }),
            .. deployment.CanBePartitioned ? [("silo cut off from silos and Redis", () => PartitionAsync(deployment, crowd))] : Array.Empty<(string, Func<Task>)>(),
            ("PostgreSQL restarted (immediate)", () => deployment.Postgres.RestartAsync(immediate: true)),
            ("PostgreSQL connections cut", () => deployment.Postgres.KillBackendsAsync(deployment.Database)),
            ("Redis restarted", deployment.Redis.RestartAsync),
            ("front end killed", async () =>
            {
                crowd.FrontEnds[0].MayBreak = true;
                await deployment.FrontEnds[0].KillAsync();
                await Deployment.StartAsync(deployment.FrontEnds[0]);
            }),
            ("silo cut off from PostgreSQL", async () =>
            {
                deployment.Wire.Cut();
                await Eventually.HoldsAsync(() => crowd.Tally.Failures > 0 || last.HasExited, "a customer or the silo notices the fault");
                deployment.Wire.Mend();
            }),
        ];
    }

    /// <summary>
    /// Callers still reach the silo, and the silo reaches the journal, but it cannot learn that it was declared dead.
    /// </summary>
    private static async Task PartitionAsync(Deployment deployment, Crowd crowd)
    {
        var last = deployment.Silos[^1];
        await deployment.PartitionAsync();
        await IsEvictedAsync(deployment, crowd, deployment.Silos[0]);
        await deployment.HealAsync();
        crowd.Tally.Note("healed");
        await Eventually.HoldsAsync(() => last.HasExited, "the silo learns that it was declared dead and ends");
        await Deployment.StartAsync(last);
    }

    /// <summary>Returns when a silo is declared dead and all customers are served without it.</summary>
    private static async Task IsEvictedAsync(Deployment deployment, Crowd crowd, ProgramProcess observer)
    {
        await Deployment.CountsActiveAsync(observer, deployment.Silos.Count - 1);
        crowd.Tally.Note("declared dead");
        await crowd.IsServedAsync();
        crowd.Tally.Note("all customers served");
    }

    private async Task EndureAsync(Deployment deployment, Crowd crowd, Account account, FeedConsumer consumer, string fault, Func<Task> inject)
    {
        crowd.Tally.Begin();
        try
        {
            await inject();
            await crowd.IsServedAsync();
        }
        catch (TimeoutException)
        {
            output.WriteLine(crowd.Tally.Describe(fault));
            ShowLogs(deployment);
            throw;
        }

        var report = crowd.Tally.Describe(fault);
        output.WriteLine(report);
        Console.WriteLine(report);
        var mayBeRefused = fault == Replaced && _isPreviousRelease;
        if (fault is Replaced or SiloReplaced or SettingsChanged && (mayBeRefused ? crowd.Tally.Breaks : crowd.Tally.Failures) > 0)
        {
            ShowLogs(deployment);
            Assert.Fail(fault == SettingsChanged ? "A change of settings was noticed." : "A rolling restart was noticed.");
        }

        _isPreviousRelease &= fault != Replaced;

        foreach (var frontEnd in crowd.FrontEnds)
        {
            frontEnd.MayBreak = false;
        }

        var goOn = await crowd.PauseAsync();
        await crowd.PayOldOrdersAsync();
        var http = crowd.FrontEnds[0].Http;
        var admin = new GranaryClient(http);
        await admin.LoginAsync("admin", Deployment.AdminPassword);
        await account.IsExactAsync(crowd, () => crowd.TouchEverythingAsync(admin));
        var delivered = $"{await account.IsDeliveredAsync()}, {await account.IsFedAsync(consumer)}";
        output.WriteLine(delivered);
        Console.WriteLine(delivered);
        if (crowd.Tally.Wrong.Count > 0)
        {
            ShowLogs(deployment);
            Assert.Fail(string.Join('\n', crowd.Tally.Wrong));
        }

        // On a busy machine, a silo may answer its probes too late and be declared dead. It then exits, as it must, and the test
        // starts it again, as a supervisor would.
        foreach (var silo in deployment.Silos.Where(silo => silo.HasExited))
        {
            output.WriteLine($"A silo was declared dead although no fault touched it, after: {fault}");
            await Deployment.StartAsync(silo);
        }

        goOn();
    }

    private void ShowLogs(Deployment deployment)
    {
        foreach (var process in deployment.Silos.Concat(deployment.FrontEnds))
        {
            output.WriteLine($"-- {process.Address}\n{process.Output}");
        }
    }
}
