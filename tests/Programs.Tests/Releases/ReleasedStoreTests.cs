using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Api;
using Granary.Client;
using Granary.Commands;
using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces.Users;
using Granary.Journal;
using Granary.Programs.Tests.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Spectre.Console;

namespace Granary.Programs.Tests.Releases;

/// <summary>The embedded store of release 0.1.0, opened by the product.</summary>
public sealed class EmbeddedReleasedStoreTests : ReleasedStoreTests
{
    private protected override Task<ReleasedStore> LoadAsync() => ReleasedFiles.LoadAsync();
}

/// <summary>The PostgreSQL store of release 0.1.0, opened by the product.</summary>
public sealed class PostgreSqlReleasedStoreTests : ReleasedStoreTests
{
    private protected override Task<ReleasedStore> LoadAsync() => ReleasedDatabase.LoadAsync();
}

/// <summary>
/// A store that the release wrote until it was killed. The product runs with a clock that shows ten minutes after the kill, so that
/// pending orders are still pending.
/// </summary>
public abstract class ReleasedStoreTests : IAsyncLifetime
{
    private const string Unreadable = "one of its events was unreadable for a while";

    // What states have since, with what holds in place of it where a snapshot does not tell it.
    private static readonly string[] UnknownToTheRelease = ["Keys", "Defined", "Revision", "Unpaid", "Owners"];

    private static readonly TimeSpan Since = TimeSpan.FromMinutes(10);

    private readonly int _gateway = ProgramProcess.FreePort();
    private ReleasedStore _store = null!;
    private Recipient _receiver = null!;
    private RecordedAnswers _recorded = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await LoadAsync();
        _receiver = await Recipient.ListenAsync("127.0.0.1");
        _recorded = await RecordedAnswers.ReadAsync(_store.Folder, Receiver);
        await _store.ChangeWebhooksAsync($"UPDATE webhook_endpoint SET url = replace(url, '{Release.Receiver}', '{Receiver}')");
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_journal_is_sound_the_index_agrees_and_dead_letters_are_listed()
    {
        var (sound, report) = await CommandAsync("verify");
        var (agrees, differences) = await CommandAsync("check-projection");
        var (_, letters) = await CommandAsync("dead-letters", "list");

        Assert.True(sound == 0, report);
        Assert.Contains("345 events", report, StringComparison.Ordinal);
        Assert.Contains("33 orders, 11 products, 9 users", report, StringComparison.Ordinal);
        Assert.True(agrees == 0, differences);
        Assert.Contains("3 dead letters", letters, StringComparison.Ordinal);
        var unreadable = $"order.paid of order/{_recorded.Order(Unreadable)["id"]} version 2";
        Assert.Contains($"order-index  {unreadable}", letters, StringComparison.Ordinal);
        Assert.Contains($"webhooks  {unreadable}", letters, StringComparison.Ordinal);
        Assert.Contains("subscription:00f2a6f2b6f14c0b8f4f6f0b9a3a5c11  order.shipped", letters, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_equals_the_recorded_one_and_orders_continue()
    {
        await using var product = FrontEnd.Build(["--urls=http://127.0.0.1:0", .. Arguments], builder =>
            builder.Services.AddSingleton<TimeProvider>(new ShiftedClock(_recorded.At + Since - DateTimeOffset.UtcNow)));
        await product.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(product.Urls.First()) };
        var admin = await LoginAsync(http, "admin", Release.AdminPassword);

        var ada = UserId.From("ada");
        await AssertSnapshotIsReadAsync<StockState, StockEvent>(product.Services, "stock-1", GrainId.Create("stock", "HOT"));
        await AssertSnapshotIsReadAsync<UserState, UserEvent>(product.Services, "user-1", GrainId.Create("user", ada));
        await AssertAnswersAsRecordedAsync(http, await TokenAsync(http, "admin", Release.AdminPassword));
        await AssertUsersCanLogInAsync(http);
        await AssertKeysAreRememberedAsync(http);
        await AssertOrdersContinueAsync(http, admin);
        await AssertWebhooksDeliverAsync(http);
        await AssertClaimsSettleAsync(http);
        await Eventually.HoldsAsync(async () => (await CommandAsync("check-projection")).Code == 0, "the index has caught up", cancellation: Cancellation);

        await product.StopAsync(Cancellation);
        var (sound, report) = await CommandAsync("verify");
        Assert.True(sound == 0, report);
        var (agrees, differences) = await CommandAsync("check-projection");
        Assert.True(agrees == 0, differences);
    }

    private protected abstract Task<ReleasedStore> LoadAsync();

    private string Receiver => new Uri(_receiver.Url).GetLeftPart(UriPartial.Authority);

    private string[] Arguments =>
    [
        "--Granary:Silo:Port=0",
        $"--Granary:Silo:GatewayPort={_gateway}",
        "--Granary:Orders:ReservationGrace=00:00:01",
        "--Granary:Webhooks:AllowHttp=true",
        "--Granary:Webhooks:AllowPrivateTargets=true",
        "--Serilog:MinimumLevel:Default=Fatal",
        "--Serilog:MinimumLevel:Override:Microsoft=Fatal",
        "--Serilog:MinimumLevel:Override:Orleans=Fatal",
        .. _store.Settings.Select(setting => $"--{setting.Key}={setting.Value}"),
    ];

    /// <summary>
    /// A snapshot that the product cannot find costs time only, so no other assertion would notice. It must be found and equal the
    /// state that its events lead to.
    /// </summary>
    private static async Task AssertSnapshotIsReadAsync<TState, TEvent>(IServiceProvider services, string name, GrainId grain)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        var snapshot = (await services.GetRequiredService<SnapshotStore>().ReadAsync<TState>(name, grain)).State!;
        Assert.InRange(snapshot.Version, 50, 60);
        var key = grain.Key.ToString()!;
        var events = await services.GetRequiredService<IJournal>().ReadStreamAsync(TState.StreamOf(key), 0, Cancellation);
        var state = Aggregate.Fold<TState, TEvent>(TState.Initial(key), events.Where(record => record.Version <= snapshot.Version));
        var expected = JsonSerializer.SerializeToNode(state)!.AsObject();
        foreach (var member in UnknownToTheRelease)
        {
            expected.Remove(member);
            expected["Claims"]?.AsObject().Remove(member);
        }

        Assert.Null(RecordedAnswers.Contradiction(expected, JsonSerializer.SerializeToNode(snapshot.State), name));
    }

    private async Task AssertAnswersAsRecordedAsync(HttpClient http, AuthenticationHeaderValue token)
    {
        Assert.True(_recorded.Answers.Count > 50);
        foreach (var (path, recorded) in _recorded.Answers)
        {
            var now = await GetAsync(http, path, token);
            if (path.EndsWith("/deliveries?limit=100", StringComparison.Ordinal))
            {
                AssertDeliveriesAreThere(recorded, now);
            }
            else
            {
                // The release was killed during an attempt at one product: see AssertClaimsSettleAsync.
                Without("LEFT-BEHIND", now);
                Assert.Null(RecordedAnswers.Contradiction(recorded, now, path));
            }
        }

        var listed = await GetAsync(http, "/orders?limit=100", token);
        Assert.Equal(_recorded.Orders, listed["data"]!.AsArray().Select(order => (string)order!["id"]!));
    }

    /// <summary>Pending deliveries may be sent by now, so only their events are compared.</summary>
    private static void AssertDeliveriesAreThere(JsonNode recorded, JsonNode now)
    {
        var deliveries = now["data"]!.AsArray().ToDictionary(delivery => (string)delivery!["id"]!);
        foreach (var delivery in recorded["data"]!.AsArray())
        {
            var today = deliveries[(string)delivery!["id"]!];
            Assert.Null((string)delivery["status"]! == "pending"
                ? RecordedAnswers.Contradiction(delivery["version"], today!["version"])
                : RecordedAnswers.Contradiction(delivery, today));
        }
    }

    /// <summary>A token of the release is valid, passwords are as they were set or changed, suspended and closed users stay out.</summary>
    private async Task AssertUsersCanLogInAsync(HttpClient http)
    {
        Assert.Equal("ada", (string?)(await GetAsync(http, "/users/me", new AuthenticationHeaderValue("Bearer", _recorded.Token)))["user_name"]);
        await LoginAsync(http, "ada", Release.Password);
        await LoginAsync(http, "Bob.K", Release.ChangedPassword);
        var refused = await Assert.ThrowsAsync<GranaryProblemException>(() => LoginAsync(http, "Bob.K", Release.Password));
        Assert.Equal(401, refused.Problem.Status);
        foreach (var gone in (string[])["sam", "cleo"])
        {
            await Assert.ThrowsAsync<GranaryProblemException>(() => LoginAsync(http, gone, Release.Password));
        }
    }

    /// <summary>Requests that the release carried out under a key are repeated, and change nothing.</summary>
    private static async Task AssertKeysAreRememberedAsync(HttpClient http)
    {
        var admin = await TokenAsync(http, "admin", Release.AdminPassword);
        var ada = await TokenAsync(http, "ada", Release.Password);
        var id = (string)(await GetAsync(http, "/users/me", ada))["id"]!;
        var order = new JsonObject
        {
            ["items"] = new JsonArray(Item("TEA-1", 2), Item("HOT", 3)),
            ["note"] = "gift wrap 🎁, please\nand a card: «С днём рождения»",
            ["shipping_address"] = new JsonObject
            {
                ["name"] = "Ada Lovelace", ["line1"] = "12 St James's Square", ["line2"] = "2nd floor", ["city"] = "London",
                ["region"] = "Greater London", ["postal_code"] = "SW1Y 4JH", ["country"] = "GB",
            },
        };
        await AssertRepeatedAsync(http, ada, "/orders", "first-order", order);
        await AssertRepeatedAsync(http, admin, $"/users/{id}/deposits", "deposit-ada-1", new JsonObject { ["amount"] = 50_000_000, ["currency"] = "USD" });
        await AssertRepeatedAsync(http, admin, "/products/TEA-1/stock-adjustments", "delivery-of-monday", new JsonObject { ["quantity"] = 200, ["reason"] = "delivery" });
    }

    private static async Task AssertRepeatedAsync(HttpClient http, AuthenticationHeaderValue token, string path, string key, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { Authorization = token } };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await http.SendAsync(request, Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("true", Assert.Single(answer.Headers.GetValues("Idempotent-Replayed")));
    }

    private async Task AssertOrdersContinueAsync(HttpClient http, GranaryClient admin)
    {
        var ada = await LoginAsync(http, "ada", Release.Password);
        Assert.Equal("paid", (await ada.PayOrderAsync(Id(_recorded.Order("behind the snapshot")), Cancellation)).Status);
        Assert.Equal("paid", (await admin.PayOrderAsync(Id(_recorded.Order("amended three times")), Cancellation)).Status);
        Assert.Equal("paid", (await admin.PayOrderAsync(Id(_recorded.Order("an attempt at it was voided")), Cancellation)).Status);
        Assert.Equal("cancelled", (await ada.CancelOrderAsync(Id(_recorded.Order("ordered by the administrator")), "after all", Cancellation)).Status);
        Assert.Equal("cancelled", (await ada.CancelOrderAsync(Id(_recorded.Order("fewer")), null, Cancellation)).Status);
        Assert.Equal("cancelled", (await admin.CancelOrderAsync(Id(_recorded.Order("its buyer is suspended")), null, Cancellation)).Status);
        Assert.Equal("shipped", (await admin.ShipOrderAsync(Id(_recorded.Order(Unreadable)), "DHL", "1", Cancellation)).Status);
        Assert.Equal("received", (await admin.ReceiveOrderAsync(Id(_recorded.OrderThatIs("shipped")), Cancellation)).Status);
        Assert.Equal("completed", (await admin.CompleteOrderAsync(Id(_recorded.OrderThatIs("received")), Cancellation)).Status);
        var placed = await ada.PlaceOrderAsync(new NewOrder { Items = [new NewOrderItem("HOT", 1), new NewOrderItem("TEA-1", 1)] }, cancellationToken: Cancellation);
        Assert.Equal("paid", (await ada.PayOrderAsync(placed.Id, Cancellation)).Status);
        var late = await Assert.ThrowsAsync<GranaryProblemException>(() => ada.PayOrderAsync(Id(_recorded.OrderThatIs("expired")), Cancellation));
        Assert.Equal(409, late.Problem.Status);
    }

    /// <summary>Pending deliveries are sent under their ids, and replayed dead letters become deliveries.</summary>
    private async Task AssertWebhooksDeliverAsync(HttpClient http)
    {
        var token = await TokenAsync(http, "admin", Release.AdminPassword);
        var pending = _recorded.Answers
            .Where(answer => answer.Key.EndsWith("/deliveries?limit=100", StringComparison.Ordinal))
            .SelectMany(answer => answer.Value["data"]!.AsArray()
                .Where(delivery => (string)delivery!["status"]! == "pending")
                .Select(delivery => (Path: answer.Key, Id: (string)delivery!["id"]!)))
            .ToList();
        Assert.True(pending.Count >= 3);
        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var (path, id) in pending)
                {
                    var deliveries = (await GetAsync(http, path, token))["data"]!.AsArray();
                    if ((string)deliveries.Single(delivery => (string)delivery!["id"]! == id)!["status"]! != "delivered")
                    {
                        return false;
                    }
                }

                return true;
            },
            "every pending delivery is sent", cancellation: Cancellation);

        foreach (var consumer in (string[])["webhooks", "order-index"])
        {
            var (code, text) = await CommandAsync("dead-letters", "replay", "--all", "--consumer", consumer);
            Assert.True(code == 0, text);
        }

        await Eventually.HoldsAsync(
            () => new long[] { 2, 4 }.All(_receiver.HeardOf(Id(_recorded.Order(Unreadable))).Contains),
            "the receiver gets the event that was unreadable, and the shipping", cancellation: Cancellation);
    }

    /// <summary>
    /// The release was killed during an attempt that made no order. The stock item and the wallet release what it took once they are
    /// active.
    /// </summary>
    private static async Task AssertClaimsSettleAsync(HttpClient http)
    {
        var mia = await LoginAsync(http, "mia", Release.Password);
        await Eventually.HoldsAsync(
            async () => await mia.GetProductAsync("LEFT-BEHIND", Cancellation) is { Available: 30 }
                && await mia.GetMeAsync(Cancellation) is { Wallet.Available.Amount: 300 },
            "the attempt is released", cancellation: Cancellation);
    }

    private async Task<(int Code, string Text)> CommandAsync(params string[] command)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Interactive = InteractionSupport.No });
        var code = await CommandLine.RunAsync(
            [.. command, .. Arguments], _ => throw new InvalidOperationException("The product was to run."), console, text);
        return (code, text.ToString());
    }

    private static async Task<JsonNode> GetAsync(HttpClient http, string path, AuthenticationHeaderValue token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = token } };
        using var answer = await http.SendAsync(request, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer}");
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
    }

    private static async Task<GranaryClient> LoginAsync(HttpClient http, string name, string password)
    {
        var client = new GranaryClient(http);
        await client.LoginAsync(name, password, Cancellation);
        return client;
    }

    private static async Task<AuthenticationHeaderValue> TokenAsync(HttpClient http, string name, string password)
    {
        using var answer = await http.PostAsJsonAsync("/auth/token", new JsonObject { ["user_name"] = name, ["password"] = password }, Cancellation);
        return new AuthenticationHeaderValue("Bearer", (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["access_token"]!);
    }

    private static string Id(JsonNode order) => (string)order["id"]!;

    private static JsonObject Item(string sku, int quantity) => new() { ["sku"] = sku, ["quantity"] = quantity };

    private static void Without(string sku, JsonNode page)
    {
        if (page["data"] is JsonArray list && list.FirstOrDefault(entry => (string?)entry!["sku"] == sku) is { } entry)
        {
            list.Remove(entry);
        }
    }

    /// <summary>The system's clock with an offset; timers run by the system's clock.</summary>
    private sealed class ShiftedClock(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
