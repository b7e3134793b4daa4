using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Client;

namespace Granary.Programs.Tests.Cluster;

/// <summary>Many customers who order concurrently, from a few wallets, over all front ends.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private const int Customers = 20;
    private const int Wallets = 10;
    private const long ManyUnits = 1_000_000;
    private const long FewUnits = 60;
    private const string Password = "a password of a customer";

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turns = new(Customers, Customers);
    private readonly List<Customer> _customers = [];
    private Task _buying = Task.CompletedTask;

    private Crowd(IEnumerable<ProgramProcess> frontEnds) => FrontEnds = [.. frontEnds.Select(frontEnd => new FrontEndDoor(frontEnd.Address))];

    public IReadOnlyList<FrontEndDoor> FrontEnds { get; private set; }

    /// <summary>The first SKU is in every order; the last one is scarce and soon sold out.</summary>
    public IReadOnlyList<string> Skus { get; } = ["HOT", "A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "SCARCE"];

    public IReadOnlyList<Customer> Members => _customers;

    public Tally Tally { get; } = new();

    /// <summary>Opens the shop and starts all customers.</summary>
    public static async Task<Crowd> EnterAsync(Deployment deployment)
    {
        var crowd = new Crowd(deployment.FrontEnds);
        var http = crowd.FrontEnds[0].Http;
        var admin = await Administrator.LoginAsync(http);
        foreach (var sku in crowd.Skus)
        {
            await admin.PutProductAsync(sku, new ProductDefinition(sku, new Money(100, "USD")));
            await admin.AdjustStockAsync(sku, sku == "SCARCE" ? FewUnits : ManyUnits, "delivery");
        }

        for (var wallet = 0; wallet < Wallets; wallet++)
        {
            var name = $"wallet{wallet:D2}";
            var user = await admin.RegisterAsync(name, Password, name);
            await admin.DepositAsync(user.Id, new Money(1_000_000_000, "USD"));
            var token = await TokenAsync(http, name, Password);
            crowd._customers.AddRange(Enumerable.Range(0, Customers / Wallets)
                .Select(i => new Customer(crowd, $"{name}-{i}", user.Id, token, seed: (wallet * 100) + i)));
        }

        crowd._buying = Task.WhenAll(crowd._customers.Select(customer => Task.Run(() => customer.BuyAsync(crowd._stop.Token))));
        return crowd;
    }

    /// <summary>
    /// Returns when every customer has completed an operation that began after this call, and no request has failed for a while.
    /// </summary>
    public async Task IsServedAsync()
    {
        var now = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync(
            () => _buying.IsFaulted || (_customers.TrueForAll(customer => customer.LastCompleted > now) && Tally.QuietFor(TimeSpan.FromSeconds(2))),
            "the cluster serves all customers again",
            TimeSpan.FromMinutes(2));
        Assert.False(_buying.IsFaulted, _buying.Exception?.ToString());
    }

    /// <summary>Lets all customers finish their operation and blocks new ones; call the result to continue.</summary>
    public async Task<Action> PauseAsync()
    {
        // Takes all turns at once: taking them one by one would queue behind the customers each time.
        var taken = await Task.WhenAll(Enumerable.Range(0, Customers).Select(_ => _turns.WaitAsync(TimeSpan.FromMinutes(2))));
        Assert.True(taken.All(turn => turn), "A customer is never answered.");

        return () => _turns.Release(Customers);
    }

    /// <summary>Has every customer pay an earlier order, which the previous release may have placed.</summary>
    public Task PayOldOrdersAsync() => Task.WhenAll(_customers.Select(customer => customer.PayOldestAsync(_stop.Token)));

    /// <summary>Reads every product and every wallet, so that they detect unfinished claims.</summary>
    public async Task TouchEverythingAsync(GranaryClient admin)
    {
        foreach (var sku in Skus)
        {
            await admin.GetProductAsync(sku);
        }

        foreach (var user in _customers.Select(customer => customer.UserId).Distinct())
        {
            await admin.GetUserAsync(user);
        }
    }

    /// <summary>From now on a further front end gets its share of the requests.</summary>
    public void Open(ProgramProcess frontEnd) => FrontEnds = [.. FrontEnds, new FrontEndDoor(frontEnd.Address)];

    /// <summary>Chooses a front end like a load balancer: in turn, among those that seem to serve.</summary>
    internal FrontEndDoor DoorFor(int turn)
    {
        var all = FrontEnds;
        var open = all.Where(door => door.IsOpen).ToList();
        return open.Count > 0 ? open[turn % open.Count] : all[turn % all.Count];
    }

    /// <summary>A customer begins an operation.</summary>
    internal Task OpenAsync(CancellationToken stop) => _turns.WaitAsync(stop);

    /// <summary>A customer has ended an operation.</summary>
    internal void Close() => _turns.Release();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _buying.ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var frontEnd in FrontEnds)
        {
            frontEnd.Http.Dispose();
        }

        _stop.Dispose();
        _turns.Dispose();
    }

    internal static async Task<AuthenticationHeaderValue> TokenAsync(HttpClient http, string name, string password)
    {
        using var answer = await http.PostAsJsonAsync("/auth/token", new JsonObject { ["user_name"] = name, ["password"] = password });
        var token = await answer.Content.ReadFromJsonAsync<JsonNode>();
        return new AuthenticationHeaderValue("Bearer", (string)token!["access_token"]!);
    }
}

/// <summary>The connection to one front end.</summary>
internal sealed class FrontEndDoor(Uri address)
{
    private static readonly TimeSpan Avoided = TimeSpan.FromSeconds(1);

    private long _failed;

    public HttpClient Http { get; } = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Whether connections may break now, because the test ends the process.</summary>
    public bool MayBreak { get; set; }

    /// <summary>Whether a load balancer would send no requests here now.</summary>
    public bool IsOut { get; private set; }

    /// <summary>Takes the front end out of service like a load balancer: when it reports that it is not ready.</summary>
    public async Task TakeOutAsync()
    {
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    using var answer = await Http.GetAsync("/health/ready");
                    return answer.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable;
                }
                catch (HttpRequestException)
                {
                    return true;
                }
            },
            "the front end says that it is about to leave");
        IsOut = true;
    }

    /// <summary>
    /// Whether a load balancer sends requests here: after a refused or broken connection it waits a moment before it tries again.
    /// </summary>
    public bool IsOpen => !IsOut && Stopwatch.GetElapsedTime(_failed) > Avoided;

    /// <summary>A connection was refused or broke.</summary>
    public void Failed() => _failed = Stopwatch.GetTimestamp();

    /// <summary>Puts the front end back into service.</summary>
    public void TakeIn() => IsOut = false;
}
