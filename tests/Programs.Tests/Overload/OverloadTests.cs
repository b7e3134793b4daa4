using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;

namespace Granary.Programs.Tests.Overload;

/// <summary>
/// Three times the orders that the product can process, as a process on a real PostgreSQL. Every commit is artificially slow, so
/// that the product's limit is the same on any machine and the machine can generate the flood. The same flood at full speed is
/// <c>benchmarks/plans/flood.json</c>.
/// </summary>
public sealed class OverloadTests
{
    private const int Turns = 32;
    private const double CommitSeconds = 0.1;
    private const double Overload = 3;
    private const long GenerousGrowth = 400_000_000;

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Throughput_stays_near_the_peak_during_a_flood_and_shedding_ends_with_it()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var product = await ProductProcess.StartAsync(new Dictionary<string, string>
        {
            // The product's own collector, whose growth the test bounds.
            ["DOTNET_gcServer"] = "1",
            ["Granary__Storage"] = "PostgreSql",
            ["ConnectionStrings__Granary"] = database,
            ["Granary__LoadShedding__MaxConcurrent"] = Turns.ToString(CultureInfo.InvariantCulture),
            ["Granary__LoadShedding__MaxWait"] = "00:00:01",
            ["Granary__RateLimit__PermitsPerSecond"] = "0",
            ["Granary__Orders__MaxOpenOrdersPerUser"] = "0",
            ["Granary__Orders__MaxOpenUnitsPerUser"] = "0",
            ["Serilog__MinimumLevel__Default"] = "Warning",
        });
        var sku = await product.Shop.Product(stock: 1_000_000, price: 500);
        var customer = await product.Shop.Customer();
        using var operations = new HttpClient { BaseAddress = product.Address };
        await SlowDownCommitsAsync(database);

        var peak = await PeakAsync(customer, sku);
        var before = await GaugeAsync(operations, "dotnet_process_memory_working_set_bytes");
        var flood = await FloodAsync(customer, sku, arrivals: (int)(Overload * peak * Phase.TotalSeconds), operations);

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"peak {peak:F0}/s, in the flood {flood.AcceptedPerSecond:F0}/s, {flood.Accepted} accepted, {flood.Shed} shed, {flood.MostWaiting} waited");

        Assert.True(flood.AcceptedPerSecond >= 0.7 * peak, $"{flood.AcceptedPerSecond:F0} orders a second in the flood, {peak:F0} before it.");
        Assert.True(flood.Shed > flood.Accepted / 2, $"{flood.Shed} shed, {flood.Accepted} accepted: that was no flood.");
        Assert.Empty(flood.Other);
        Assert.True(flood.MostWaiting > 0, "The metrics showed no queue.");
        await ShowAsync(operations, "http_requests_shed_total", flood.Shed);
        var growth = await GaugeAsync(operations, "dotnet_process_memory_working_set_bytes") - before;
        Assert.True(growth < GenerousGrowth, $"{growth / 1e6:F0} MB more than before.");
        for (var i = 0; i < 10; i++)
        {
            await customer.Placed((sku, 1));
        }

        await ShowAsync(operations, "http_requests_queued", 0);
    }

    /// <summary>Orders per second when twice as many customers as there are turns order as fast as they are served.</summary>
    private static async Task<double> PeakAsync(Customer customer, string sku)
    {
        var placed = new ConcurrentQueue<long>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Turns * 2).Select(async _ =>
        {
            while (clock.Elapsed < Phase)
            {
                await customer.Placed((sku, 1));
                placed.Enqueue(Stopwatch.GetTimestamp());
            }
        }));
        return PerSecond(placed);
    }

    /// <summary>Orders that arrive at a constant rate, whatever the outcome of earlier ones.</summary>
    private static async Task<Outcome> FloodAsync(Customer customer, string sku, int arrivals, HttpClient operations)
    {
        var (shed, mostWaiting) = (0, 0.0);
        var accepted = new ConcurrentQueue<long>();
        var other = new ConcurrentBag<string>();
        var sent = new List<Task>();
        var clock = Stopwatch.StartNew();
        using var beat = new PeriodicTimer(Beat);
        for (var beats = 0; sent.Count < arrivals; beats++)
        {
            await beat.WaitForNextTickAsync(Cancellation);
            for (var due = Math.Min(arrivals, (int)(arrivals * (clock.Elapsed / Phase))); sent.Count < due;)
            {
                sent.Add(OrderAsync());
            }

            // Health and metrics must answer throughout; more frequent requests would be a flood in themselves.
            if (beats % 25 == 0)
            {
                using var live = await operations.GetAsync("/health/live", Cancellation);
                Assert.Equal(HttpStatusCode.OK, live.StatusCode);
                mostWaiting = Math.Max(mostWaiting, await GaugeAsync(operations, "http_requests_queued"));
            }
        }

        await Task.WhenAll(sent);
        return new Outcome(accepted.Count, PerSecond(accepted), shed, mostWaiting, [.. other]);

        async Task OrderAsync()
        {
            using var answer = await customer.Order(null, (sku, 1));
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                accepted.Enqueue(Stopwatch.GetTimestamp());
            }
            else if (await ComplaintAsync(answer) is { } complaint)
            {
                other.Add(complaint);
            }
            else
            {
                Interlocked.Increment(ref shed);
            }
        }
    }

    /// <summary>The rate of responses, from the first to the last: it leaves out the time until the first response.</summary>
    private static double PerSecond(ConcurrentQueue<long> answered) =>
        (answered.Count - 1) / Stopwatch.GetElapsedTime(answered.Min(), answered.Max()).TotalSeconds;

    /// <summary>What is wrong with the way a request was shed, or null.</summary>
    private static async Task<string?> ComplaintAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
        {
            return $"{answer.StatusCode}: {body}";
        }

        using var problem = JsonDocument.Parse(body);
        return answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1)
            && answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            && problem.RootElement.GetProperty("type").GetString() == "/problems/overloaded"
                ? null
                : $"{answer.Headers}{body}";
    }

    /// <summary>
    /// The sum over all series of a metric; in the exposition format the value, and optionally a timestamp, follows the labels.
    /// </summary>
    private static async Task<double> GaugeAsync(HttpClient operations, string name) =>
        (await operations.GetStringAsync("/metrics", Cancellation)).Split('\n')
        .Select(line => Regex.Match(line, $@"^{name}(\{{.*\}})? (?<value>\S+)"))
        .Where(match => match.Success)
        .Sum(match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));

    /// <summary>Waits for a value, because a scrape may return data that another scrape has just collected.</summary>
    private static Task ShowAsync(HttpClient operations, string name, double value) => Eventually.HoldsAsync(
        async () => await GaugeAsync(operations, name) == value, $"{name} is {value}", cancellation: Cancellation);

    private static async Task SlowDownCommitsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({CommitSeconds}); RETURN NULL; END $$;
            CREATE TRIGGER pause BEFORE INSERT ON journal FOR EACH STATEMENT EXECUTE FUNCTION pause();
            """));
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private sealed record Outcome(int Accepted, double AcceptedPerSecond, int Shed, double MostWaiting, IReadOnlyList<string> Other);
}
