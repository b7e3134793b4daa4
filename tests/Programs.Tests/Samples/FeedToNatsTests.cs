using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Granary.Client;
using Granary.FeedToNats;
using Granary.Programs.Tests.Cluster;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Granary.Programs.Tests.Samples;

/// <summary><c>samples/FeedToNats</c> against a real NATS server, both killed again and again while orders are placed.</summary>
public sealed class FeedToNatsTests : IAsyncLifetime
{
    private const int Kills = 5;
    private const int EventsBetween = 12;
    private const string Stream = "GRANARY";

    private Product _product = null!;
    private NatsServer _nats = null!;
    private HttpClient _admin = null!;
    private string _key = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _nats = await NatsServer.StartAsync();
        _product = await Product.StartAsync();
        using var anonymous = _product.Client();
        _admin = _product.Client(await anonymous.TokenAsync("admin", Product.AdminPassword));
        using var created = await _admin.PostJson("/api-keys", new { name = "nats", scopes = new[] { "events:read" } });
        _key = (await created.Expect(HttpStatusCode.Created)).Text("key")!;
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _product.DisposeAsync();
        await _nats.DisposeAsync();
    }

    [Fact]
    public async Task Kills_of_the_program_and_of_NATS_lose_and_double_no_event_and_change_no_order()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var buying = Task.Run(() => BuyAsync(stop.Token), Cancellation);
        await using var program = new ProgramProcess(ClusterProgram.FileOf("FeedToNats"),
        [
            new("GRANARY_URL", _product.Address.ToString()), new("GRANARY_API_KEY", _key), new("NATS_URL", _nats.Url),
        ]);
        program.Start();
        ulong reached = 0;
        for (var kill = 1; kill <= Kills; kill++)
        {
            reached = await ReachesAsync(reached + EventsBetween);
            await program.KillAsync();
            program.Start();
            reached = await ReachesAsync(reached + EventsBetween);
            await _nats.KillAndRestartAsync();
        }

        await stop.CancelAsync();
        await buying;
        var expected = await FeedAsync();
        await ReachesAsync((ulong)expected.Count);
        await program.StopAsync();

        Assert.Equal(expected, await StoredAsync());
    }

    [Fact]
    public async Task Two_instances_copy_each_event_once()
    {
        var settings = new Settings(_product.Address, _key, _nats.Url, Stream, "granary", After: null);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var forwarders = Enumerable.Range(0, 2).Select(_ => Task.Run(() => new Forwarder(settings, TextWriter.Null).RunAsync(stop.Token), Cancellation)).ToList();

        for (var i = 0; i < 20; i++)
        {
            await StockAsync($"SKU-{i}");
        }

        var expected = await FeedAsync();
        await ReachesAsync((ulong)expected.Count);
        await stop.CancelAsync();
        await Task.WhenAll(forwarders);

        Assert.Equal(expected, await StoredAsync());
    }

    /// <summary>One customer after the other orders and pays or cancels, until the end of the test.</summary>
    private async Task BuyAsync(CancellationToken stop)
    {
        await StockAsync("CUP");
        using var me = await _admin.GetAsync("/users/me", Cancellation);
        var user = (await me.Expect(HttpStatusCode.OK)).Text("id");
        using var deposit = await _admin.PostJson($"/users/{user}/deposits", new { amount = 1_000_000_000, currency = "USD" });
        await deposit.Expect(HttpStatusCode.Created);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            using var placed = await _admin.PostJson("/orders", new { items = new[] { new { sku = "CUP", quantity = 1 } } });
            var order = "/orders/" + (await placed.Expect(HttpStatusCode.Created)).Text("id");
            using var moved = i % 3 == 0 ? await _admin.SendJson(HttpMethod.Delete, order) : await _admin.PostJson(order + "/pay");
            await moved.Expect(HttpStatusCode.OK);

            // Kills take about a second; unlimited, the orders meanwhile would be most of the test.
            await Task.Delay(TimeSpan.FromMilliseconds(40), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StockAsync(string sku)
    {
        using var defined = await _admin.SendJson(HttpMethod.Put, "/products/" + sku, new { name = sku, price = new { amount = 100, currency = "USD" } });
        await defined.Expect(HttpStatusCode.Created);
        using var stocked = await _admin.PostJson($"/products/{sku}/stock-adjustments", new { quantity = 1_000_000, reason = "delivery" });
        await stocked.Expect(HttpStatusCode.Created);
    }

    /// <summary>What the feed has, as messages are to have it.</summary>
    private async Task<List<string>> FeedAsync()
    {
        using var http = _product.Client();
        var granary = new GranaryClient(http);
        granary.UseApiKey(_key);
        var events = new List<string>();
        await foreach (var read in granary.ReadEventsAsync(cancellationToken: Cancellation))
        {
            events.Add(Line("granary." + read.Type, read));
        }

        return events;
    }

    /// <summary>Waits until the stream has so many messages.</summary>
    private async Task<ulong> ReachesAsync(ulong count)
    {
        await using var nats = new NatsConnection(new NatsOpts { Url = _nats.Url });
        var jetStream = new NatsJSContext(nats);
        ulong last = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    last = (ulong)(await jetStream.GetStreamAsync(Stream, cancellationToken: Cancellation)).Info.State.LastSeq;
                    return last >= count;
                }
                catch (NatsException)
                {
                    // The program creates the stream, and NATS may be starting.
                    return false;
                }
            },
            $"NATS has {count} messages",
            cancellation: Cancellation);
        return last;
    }

    private async Task<List<string>> StoredAsync()
    {
        await using var nats = new NatsConnection(new NatsOpts { Url = _nats.Url });
        var stream = await new NatsJSContext(nats).GetStreamAsync(Stream, cancellationToken: Cancellation);
        var stored = new List<string>();
        for (ulong sequence = 1; sequence <= (ulong)stream.Info.State.LastSeq; sequence++)
        {
            var message = (await stream.GetAsync(new StreamMsgGetRequest { Seq = sequence }, Cancellation)).Message;
            using var body = JsonDocument.Parse(message.Data);
            var read = new FeedEvent(
                body.RootElement.Text("position")!, body.RootElement.Text("type")!, body.RootElement.Text("stream")!, body.RootElement.Number("version"),
                Data: body.RootElement.At("data").Clone());
            stored.Add(Line(message.Subject, read));
            var headers = Encoding.UTF8.GetString(Convert.FromBase64String(message.Hdrs!));
            Assert.Contains($"Nats-Msg-Id: {read.Stream}:{read.Version}\r\n", headers, StringComparison.Ordinal);
            Assert.Contains($"Granary-Position: {read.Position}\r\n", headers, StringComparison.Ordinal);
        }

        return stored;
    }

    private static string Line(string subject, FeedEvent read) =>
        string.Create(CultureInfo.InvariantCulture, $"{read.Position} {subject} {read.Stream} {read.Version} {read.Data?.GetRawText()}");
}
