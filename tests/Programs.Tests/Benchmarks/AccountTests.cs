using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Load;
using Granary.Load.Account;

namespace Granary.Programs.Tests.Benchmarks;

/// <summary>What <c>Runner account</c> finds in a shop that keeps its books wrongly.</summary>
public sealed class AccountTests
{
    [Fact]
    public async Task A_shop_that_loses_answers_only_is_sound()
    {
        var result = await JudgeAsync(new() { LosesAnswers = true });
        Assert.True(result.IsSound, result.ToString());
        Assert.NotEqual(0, result.AnswersLost);
        Assert.Equal(result.AnswersLost, result.Unanswered);
    }

    [Fact]
    public async Task An_acknowledged_order_that_is_gone_is_lost()
    {
        var result = await JudgeAsync(new() { Forgets = true });
        Assert.NotEqual(0, result.Lost);
        Assert.False(result.IsSound);
    }

    [Fact]
    public async Task Units_and_money_that_no_order_has_are_found()
    {
        var result = await JudgeAsync(new() { Repeats = 2 });
        Assert.Equal((0, 0L), (result.Lost, result.SoldTwice));
        Assert.NotEqual(0, result.UnitsOfNoOrder);
        Assert.NotEqual(0, result.WalletsOff);
        Assert.False(result.IsSound);
    }

    [Fact]
    public async Task Units_that_were_not_reserved_are_sold_twice()
    {
        var result = await JudgeAsync(new() { Repeats = 0 });
        Assert.Equal((0, 0L), (result.Lost, result.UnitsOfNoOrder));
        Assert.NotEqual(0, result.SoldTwice);
        Assert.False(result.IsSound);
    }

    private static async Task<AccountResult> JudgeAsync(FakeShop server)
    {
        using (server)
        {
            using var http = new HttpClient(server) { BaseAddress = new("http://shop") };
            var plan = new ShopPlan(Users: 2, Products: 3) { UnitsPerProduct = 1_000_000 };
            server.Units = plan.UnitsPerProduct;
            return await AccountCommand.RunAsync(
                ShopSetup.Assume(new(http, AuthMode.None), plan),
                new(plan, Clients: 2, Duration: TimeSpan.FromMilliseconds(300), Settling: TimeSpan.Zero), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A shop in memory that makes one kind of mistake.</summary>
    private sealed class FakeShop : HttpMessageHandler
    {
        /// <summary>Each of the two clients places at least one order, so there always is a second.</summary>
        private const int Wrong = 2;

        private readonly ConcurrentDictionary<string, JsonNode> _orders = new();
        private readonly ConcurrentDictionary<string, long> _reserved = new();
        private readonly ConcurrentDictionary<string, long> _held = new();
        private int _placed;

        public long Units { get; set; }

        /// <summary>The second order is placed, and its answer is 503.</summary>
        public bool LosesAnswers { get; init; }

        /// <summary>The second order is not stored.</summary>
        public bool Forgets { get; init; }

        /// <summary>How often the second order takes its units and its money.</summary>
        public int Repeats { get; init; } = 1;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            var path = request.RequestUri!.AbsolutePath.Split('/');
            return path[1] switch
            {
                "orders" => await PlaceAsync(request, cancellationToken),
                "products" => Answer(200, new JsonObject
                {
                    ["available"] = Units - _reserved.GetValueOrDefault(path[2]),
                    ["reserved"] = _reserved.GetValueOrDefault(path[2]),
                }),
                _ => Answer(200, new JsonObject
                {
                    ["wallet"] = new JsonObject { ["held"] = new JsonObject { ["amount"] = _held.GetValueOrDefault(path[2]) } },
                }),
            };
        }

        private static HttpResponseMessage Answer(int status, JsonNode body) =>
            new((HttpStatusCode)status) { Content = JsonContent.Create(body) };

        private async Task<HttpResponseMessage> PlaceAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            var key = request.Headers.GetValues("Idempotency-Key").Single();
            if (_orders.TryGetValue(key, out var stored))
            {
                return Answer(200, stored.DeepClone());
            }

            var body = (await request.Content!.ReadFromJsonAsync<JsonNode>(cancellation))!;
            var number = Interlocked.Increment(ref _placed);
            var lines = body["items"]!.AsArray().Select(line => (Sku: (string)line!["sku"]!, Quantity: (long)line["quantity"]!)).ToArray();
            var total = lines.Sum(line => line.Quantity);
            for (var time = 0; time < (number == Wrong ? Repeats : 1); time++)
            {
                foreach (var (sku, quantity) in lines)
                {
                    _reserved.AddOrUpdate(sku, quantity, (_, before) => before + quantity);
                }

                _held.AddOrUpdate((string)body["user_id"]!, total, (_, before) => before + total);
            }

            var order = new JsonObject { ["id"] = key, ["created_at"] = $"{number}", ["total"] = new JsonObject { ["amount"] = total } };
            if (!Forgets || number != Wrong)
            {
                _orders[key] = order;
            }

            return LosesAnswers && number == Wrong ? Answer(503, new JsonObject()) : Answer(201, order.DeepClone());
        }
    }
}
