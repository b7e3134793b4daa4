using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Client;

namespace Granary.Programs.Tests.Cluster;

/// <summary>Settings that an administrator changes while the crowd orders: every process obeys, and none is started again.</summary>
internal static partial class ChangedSettings
{
    private const string Timeout = "Granary:Orders:PaymentTimeout";
    private const string Orders = "Granary:Orders:MaxOpenOrdersPerUser";
    private const string Units = "Granary:Orders:MaxOpenUnitsPerUser";
    private const int Changes = 4;

    // More than the crowd has open.
    private const int Bound = 1_000_000;

    private static readonly TimeSpan NewTimeout = TimeSpan.FromHours(4);

    /// <summary>Changes them through one front end after the other, rolls back to the first, and empties the table.</summary>
    public static async Task ApplyAsync(Deployment deployment, Crowd crowd)
    {
        var processes = deployment.Silos.Concat(deployment.FrontEnds).ToList();
        var before = processes.Select(process => process.ProcessId).ToList();
        var admins = await Task.WhenAll(crowd.FrontEnds.Select(door => Administrator.LoginAsync(door.Http)));
        using var stop = new CancellationTokenSource();
        var torn = new ConcurrentQueue<string>();
        var readers = admins.Select(admin => ReadAsync(admin, torn, stop.Token)).ToList();
        var first = 0L;
        for (var i = 0; i < Changes; i++)
        {
            var bound = (Bound - i).ToString(CultureInfo.InvariantCulture);
            var changed = await admins[i % admins.Length].ChangeSettingsAsync(new Dictionary<string, string?>
            {
                [Orders] = bound,
                [Units] = bound,
                [Timeout] = NewTimeout.ToString(),
            });
            first = i == 0 ? changed.Version : first;
            await AreObeyedAsync(processes, changed.Version);
            crowd.Tally.Note("obeyed by every process");
        }

        var obeyedAt = DateTimeOffset.UtcNow;
        await crowd.IsServedAsync();
        var goOn = await crowd.PauseAsync();
        var placed = crowd.Members.SelectMany(customer => customer.Told.Values)
            .Where(order => (DateTimeOffset)order["created_at"]! > obeyedAt && order["expires_at"] is not null).ToList();
        Assert.NotEmpty(placed);
        Assert.All(placed, order => Assert.Equal(NewTimeout, (DateTimeOffset)order["expires_at"]! - (DateTimeOffset)order["created_at"]!));
        goOn();

        await AreObeyedAsync(processes, (await admins[0].RollBackSettingsAsync(first)).Version);
        await AreObeyedAsync(processes, (await admins[^1].RollBackSettingsAsync(0)).Version);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Empty(torn);
        Assert.Equal(before, processes.Select(process => process.ProcessId));
        Assert.All(processes, process => Assert.False(process.HasExited));
    }

    /// <summary>Reads through one front end until the end: two settings that change together are never seen half changed.</summary>
    private static async Task ReadAsync(GranaryClient admin, ConcurrentQueue<string> torn, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var values = (await admin.GetSettingsAsync(CancellationToken.None)).Values;
            if (values[Orders].Value != values[Units].Value)
            {
                torn.Enqueue($"{values[Orders].Value} {values[Units].Value}");
            }
        }
    }

    private static Task AreObeyedAsync(IEnumerable<ProgramProcess> processes, long version) => Task.WhenAll(processes.Select(async process =>
    {
        using var http = new HttpClient { BaseAddress = process.Address };
        await Eventually.HoldsAsync(
            async () => Version().Match(await http.GetStringAsync("/metrics")) is { Success: true } found
                && found.Groups[1].Value == version.ToString(CultureInfo.InvariantCulture),
            $"{process.Address} obeys version {version}");
    }));

    [GeneratedRegex("^settings_version\\b.* (\\d+)(?: \\d+)?\r?$", RegexOptions.Multiline)]
    private static partial Regex Version();
}
