using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Client;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;
using Granary.Streams;

namespace Granary.Programs.Tests.Cluster;

/// <summary>
/// Customers whose accounts, products and orders are all in one of two databases of the journal. A request that fails is repeated
/// under its key until it is answered, and counts as failed.
/// </summary>
internal sealed class IndependentBuyers : IAsyncDisposable
{
    private const int Buyers = 4;
    private const int Partitions = 16;
    private const string Password = "a password of a customer";

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turns = new(Buyers, Buyers);
    private readonly int _database;
    private readonly List<string> _skus;
    private readonly List<(HttpClient Http, string Name, string UserId)> _buyers = [];
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentQueue<(string UserId, JsonNode Order)> _told = new();
    private Task _buying = Task.CompletedTask;
    private int _placed;

    private IndependentBuyers(int database)
    {
        _database = database;
        _skus = [.. OwnNames("I-", JournalStream.OfStock, 4)];
    }

    /// <summary>Orders that were placed at the first request since <see cref="Begin"/>.</summary>
    public int Placed => Volatile.Read(ref _placed);

    /// <summary>Requests that failed since then.</summary>
    public int Failed => _failures.Count;

    /// <summary>How.</summary>
    public IEnumerable<string> Failures => _failures.Take(10);

    /// <summary>Every order that was acknowledged.</summary>
    public IReadOnlyList<(string UserId, JsonNode Order)> Told => [.. _told];

    /// <summary>Registers the customers and starts them.</summary>
    /// <param name="database">The number of the database that they need.</param>
    public static async Task<IndependentBuyers> EnterAsync(Deployment deployment, int database)
    {
        var crowd = new IndependentBuyers(database);
        using var http = new HttpClient { BaseAddress = deployment.FrontEnds[0].Address };
        var admin = await Administrator.LoginAsync(http);
        foreach (var sku in crowd._skus)
        {
            await admin.PutProductAsync(sku, new ProductDefinition(sku, new Money(100, "USD")));
            await admin.AdjustStockAsync(sku, 1_000_000, "delivery");
        }

        foreach (var (number, name) in crowd.OwnNames("independent", name => JournalStream.OfUser(UserId.From(name)), Buyers).Index())
        {
            var user = await admin.RegisterAsync(name, Password, name);
            await admin.DepositAsync(user.Id, new Money(1_000_000_000, "USD"));
            var own = new HttpClient { BaseAddress = deployment.FrontEnds[number % deployment.FrontEnds.Count].Address };
            own.DefaultRequestHeaders.Authorization = await Crowd.TokenAsync(own, name, Password);
            crowd._buyers.Add((own, name, user.Id));
        }

        crowd._buying = Task.WhenAll(crowd._buyers.Select((buyer, seed) => Task.Run(() => crowd.BuyAsync(buyer.Http, buyer.Name, buyer.UserId, new Random(seed)))));
        return crowd;
    }

    /// <summary>Counts anew.</summary>
    public void Begin()
    {
        _failures.Clear();
        Interlocked.Exchange(ref _placed, 0);
    }

    /// <summary>Lets all finish their orders; call the result to continue.</summary>
    public async Task<Action> PauseAsync()
    {
        for (var taken = 0; taken < Buyers; taken++)
        {
            Assert.True(await _turns.WaitAsync(TimeSpan.FromMinutes(2)), _buying.Exception?.ToString() ?? "A buyer is never answered.");
        }

        return () => _turns.Release(Buyers);
    }

    /// <summary>Reads every product and every wallet, so that they detect unfinished claims.</summary>
    public async Task TouchEverythingAsync(GranaryClient admin)
    {
        foreach (var sku in _skus)
        {
            await admin.GetProductAsync(sku);
        }

        foreach (var (_, _, userId) in _buyers)
        {
            await admin.GetUserAsync(userId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _buying.ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var (http, _, _) in _buyers)
        {
            http.Dispose();
        }

        _stop.Dispose();
        _turns.Dispose();
    }

    private IEnumerable<string> OwnNames(string prefix, Func<string, string> stream, int count) =>
        Enumerable.Range(0, int.MaxValue).Select(i => $"{prefix}{i}").Where(name => IsOwn(stream(name))).Take(count);

    private bool IsOwn(string stream) => StreamNames.PartitionOf(stream, Partitions) % 2 == _database;

    private async Task BuyAsync(HttpClient http, string name, string userId, Random random)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var key = $"{name}-{i}";
            if (!IsOwn(JournalStream.OfOrder(OrderId.From(userId, key))))
            {
                continue;
            }

            await _turns.WaitAsync(_stop.Token);
            var items = new JsonArray(new JsonObject { ["sku"] = _skus[random.Next(_skus.Count)], ["quantity"] = random.Next(1, 4) });
            _told.Enqueue((userId, await PlaceAsync(http, key, new JsonObject { ["items"] = items, ["note"] = key })));
            _turns.Release();
            await Task.Delay(random.Next(20, 60), _stop.Token);
        }
    }

    private async Task<JsonNode> PlaceAsync(HttpClient http, string key, JsonObject body)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", key);
            try
            {
                using var answer = await http.SendAsync(request, _stop.Token);
                var content = await answer.Content.ReadAsStringAsync(_stop.Token);
                if (answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK)
                {
                    if (attempt == 1)
                    {
                        Interlocked.Increment(ref _placed);
                    }

                    return JsonNode.Parse(content)!;
                }

                _failures.Enqueue($"{(int)answer.StatusCode} {content}");
            }
            catch (HttpRequestException broken)
            {
                _failures.Enqueue(broken.Message);
            }

            await Task.Delay(RepeatAfter, _stop.Token);
        }
    }
}
