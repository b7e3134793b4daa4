using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
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

    // With the crowd, 64 clients.
    private const int Visitors = 44;
    private const int TriesOfVariant = 120;

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
        var unserved = new ConcurrentQueue<string>();
        var readers = admins.Select(admin => ReadAsync(admin, torn, stop.Token))
            .Concat(Enumerable.Range(0, Visitors).Select(visitor => VisitAsync(crowd.FrontEnds[visitor % crowd.FrontEnds.Count].Http, unserved, stop.Token))).ToList();
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

        await IsTurnedOffAsync(processes, crowd, admins);
        await AreObeyedAsync(processes, (await admins[0].RollBackSettingsAsync(first)).Version);
        await AreObeyedAsync(processes, (await admins[^1].RollBackSettingsAsync(0)).Version);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Empty(torn);
        Assert.Empty(unserved);
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

    /// <summary>Looks at a product now and then until the end.</summary>
    private static async Task VisitAsync(HttpClient http, ConcurrentQueue<string> unserved, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.GetAsync("/products/HOT", CancellationToken.None);
                if (!answer.IsSuccessStatusCode)
                {
                    unserved.Enqueue($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
                }
            }
            catch (HttpRequestException fault)
            {
                unserved.Enqueue(fault.Message);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        }
    }

    /// <summary>
    /// A variant under which every order fails, for the administrator who sends its header alone: it is turned off by what both front ends
    /// have counted, and neither the crowd nor another variant notices. No order comes of it, because nobody has the product: without the variant
    /// that is what is answered, and on a slow machine it already is before the last try.
    /// </summary>
    private static async Task IsTurnedOffAsync(IEnumerable<ProgramProcess> processes, Crowd crowd, GranaryClient[] admins)
    {
        SettingsVariant[] variants =
        [
            new("closed", new VariantMatch(new VariantHeader("X-Variant", "closed")), new Dictionary<string, string> { ["Granary:Features:Orders"] = "false" }),
            new("none", new VariantMatch(Percent: 0), new Dictionary<string, string>()),
        ];
        await AreObeyedAsync(processes, (await admins[0].ChangeSettingsAsync(new Dictionary<string, string?>(), variants: variants)).Version);
        var token = await Crowd.TokenAsync(crowd.FrontEnds[0].Http, "admin", Deployment.AdminPassword);
        for (var i = 0; i < TriesOfVariant; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Headers = { Authorization = token } };
            request.Headers.Add("X-Variant", "closed");
            request.Content = JsonContent.Create(new { items = new[] { new { sku = "UNKNOWN", quantity = 1 } }, user_id = crowd.Members[0].UserId });
            using var answer = await crowd.FrontEnds[i % crowd.FrontEnds.Count].Http.SendAsync(request);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
                Assert.NotEqual(0, i);
                break;
            }
        }

        foreach (var admin in admins)
        {
            await Eventually.HoldsAsync(
                async () => (await admin.GetSettingsAsync()).Variants is [{ Enabled: false }, { Enabled: true }], "the failing variant is turned off");
        }

        crowd.Tally.Note("failing variant turned off");
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
