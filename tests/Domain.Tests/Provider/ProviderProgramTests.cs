using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Granary.PaymentProvider;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Granary.Domain.Tests.Provider;

/// <summary>The sample provider keeps the promises of docs/payments-protocol.md, and breaks what it is told to.</summary>
public sealed class ProviderProgramTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_key_is_carried_out_once_whoever_asks_at_the_same_time()
    {
        await using var provider = await ProviderProgram.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => provider.AuthorizeAsync("p1")));

        Assert.All(answers, answer => Assert.Equal(answers[0].Body.ToJsonString(), answer.Body.ToJsonString()));
        Assert.Equal("succeeded", (string?)answers[0].Body["status"]);
        Assert.Single((await provider.GetAsync("/v1/operations"))["data"]!.AsArray());
        var (status, _) = await provider.DoAsync("p1", "authorize", "p1-authorize-1", new { amount = 999, currency = "USD", token = "tok_ok" });
        Assert.Equal(HttpStatusCode.Conflict, status);
    }

    [Fact]
    public async Task Money_moves_as_the_operations_say_and_never_more_goes_back_than_was_captured()
    {
        await using var provider = await ProviderProgram.StartAsync();
        await provider.AuthorizeAsync("p1");

        Assert.Equal("succeeded", await StatusAsync(provider, "capture", "c1", new { amount = 1_000 }));
        Assert.Equal("succeeded", await StatusAsync(provider, "refund", "r1", new { amount = 300 }));
        Assert.Equal("rejected", await StatusAsync(provider, "refund", "r2", new { amount = 701 }));
        Assert.Equal("succeeded", await StatusAsync(provider, "refund", "r3", new { amount = 700 }));
        Assert.Equal("rejected", await StatusAsync(provider, "void", "v1", new { }));
        Assert.Equal("rejected", await StatusAsync(provider, "capture", "c2", new { amount = 1 }));

        var payment = await provider.GetAsync("/v1/payments/p1");
        Assert.Equal((0, 1_000, 1_000), ((int)payment["authorized"]!, (int)payment["captured"]!, (int)payment["refunded"]!));
    }

    [Fact]
    public async Task A_payment_that_was_voided_before_its_authorization_arrived_is_not_opened_by_it()
    {
        await using var provider = await ProviderProgram.StartAsync();

        Assert.Equal("succeeded", await StatusAsync(provider, "void", "v1", new { }));

        Assert.Equal("rejected", (string?)(await provider.AuthorizeAsync("p1")).Body["status"]);
    }

    [Fact]
    public async Task An_operation_that_is_refused_makes_no_payment()
    {
        await using var provider = await ProviderProgram.StartAsync();

        Assert.Equal("rejected", await StatusAsync(provider, "refund", "r1", new { amount = 1 }));

        using var answer = await provider.Http.GetAsync(new Uri("/v1/payments/p1", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("""{ "calls": { "authorise": { "fault": "slow" } } }""")]
    [InlineData("""{ "calls": { "authorize": { "fault": "declined" } } }""")]
    [InlineData("""{ "calls": { "*": { "fault": "slow", "share": 2 } } }""")]
    [InlineData("""{ "calls": { "ask": null } }""")]
    public async Task A_fault_that_there_is_not_is_refused(string plan)
    {
        await using var provider = await ProviderProgram.StartAsync();

        using var answer = await provider.Http.PutAsJsonAsync("/control/faults", JsonNode.Parse(plan), Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_question_is_slow_where_that_is_its_fault()
    {
        await using var provider = await ProviderProgram.StartAsync();
        await provider.AuthorizeAsync("p1");
        await provider.FaultAsync(new { calls = new { ask = new { fault = "slow", delay_ms = 600_000 } } });

        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var question = provider.Http.GetAsync(new Uri("/v1/operations/p1-authorize-1", UriKind.Relative), giveUp.Token);
        while ((await provider.GetAsync("/control/calls"))["ask"] is null)
        {
        }

        await provider.GetAsync("/v1/payments/p1");
        Assert.False(question.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);
    }

    [Fact]
    public async Task A_call_that_hangs_after_its_commit_is_known_under_its_key_also_to_the_next_process()
    {
        await using var provider = await ProviderProgram.StartAsync();
        await provider.FaultAsync(new { calls = new { authorize = new { fault = "commit_then_hang" } } });

        await provider.GiveUpAsync("p1", async () => await provider.AskAsync("p1-authorize-1") is not null);

        // What the next process reads is what was durable: the first one has closed nothing.
        await using var next = await ProviderProgram.StartAsync(provider.Database);
        var found = await next.AskAsync("p1-authorize-1");
        Assert.Equal("succeeded", (string?)found!["status"]);
        Assert.Equal(found.ToJsonString(), (await next.AuthorizeAsync("p1")).Body.ToJsonString());
    }

    [Fact]
    public async Task A_call_that_hangs_before_it_arrives_is_not_known()
    {
        await using var provider = await ProviderProgram.StartAsync();
        await provider.FaultAsync(new { calls = new { authorize = new { fault = "hang_then_nothing" } } });

        await provider.GiveUpAsync("p1", async () => (await provider.GetAsync("/control/calls"))["authorize"] is not null);

        Assert.Null(await provider.AskAsync("p1-authorize-1"));
    }

    [Fact]
    public async Task A_share_of_the_calls_fails_evenly_before_or_after_the_commit()
    {
        await using var provider = await ProviderProgram.StartAsync();
        await provider.FaultAsync(new { calls = new { authorize = new { fault = "error_after", share = 0.25 } } });
        var failed = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            var (status, _) = await provider.AuthorizeAsync($"p{i}");
            if (status == HttpStatusCode.BadGateway)
            {
                failed.Add(i);
                Assert.NotNull(await provider.AskAsync($"p{i}-authorize-1"));
            }
        }

        Assert.Equal([3, 7], failed);
        await provider.FaultAsync(new { calls = new { authorize = new { fault = "error_before" } } });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await provider.AuthorizeAsync("p9")).Status);
        Assert.Null(await provider.AskAsync("p9-authorize-1"));
        Assert.Equal(9, (int)(await provider.GetAsync("/control/calls"))["authorize"]!);
    }

    [Theory]
    [InlineData("tok_declined", "insufficient_funds")]
    [InlineData("tok_nobody_knows", "unknown_token")]
    public async Task A_declined_authorization_says_why(string token, string code)
    {
        await using var provider = await ProviderProgram.StartAsync();

        var (_, body) = await provider.AuthorizeAsync("p1", token);

        Assert.Equal(("declined", code), ((string?)body["status"], (string?)body["code"]));
    }

    [Theory]
    [InlineData("agree", "succeeded", 1_000)]
    [InlineData("refuse", "declined", 0)]
    public async Task A_payer_acts_on_the_page_of_the_bank_once(string choice, string status, int authorized)
    {
        await using var provider = await ProviderProgram.StartAsync();
        var (_, asked) = await provider.DoAsync(
            "p1", "authorize", "p1-authorize-1", new { amount = 1_000, currency = "USD", token = "tok_3ds", return_url = "https://shop.example/back" });
        var page = new Uri((string)asked["next_action"]!["url"]!);
        Assert.Contains($"action=\"/challenge/p1/{choice}\"", await provider.Http.GetStringAsync(page, Stop), StringComparison.Ordinal);

        using var acted = await provider.Http.PostAsync(new Uri($"{page}/{choice}"), content: null, Stop);
        using var again = await provider.Http.PostAsync(new Uri($"{page}/agree"), content: null, Stop);

        Assert.Equal("https://shop.example/back", acted.Headers.Location!.AbsoluteUri);
        Assert.Equal(status, (string?)(await provider.AskAsync("p1-authorize-1"))!["status"]);
        Assert.Equal(authorized, (int)(await provider.GetAsync("/v1/payments/p1"))["authorized"]!);
    }

    [Fact]
    public async Task Operations_are_listed_in_pages_without_a_gap()
    {
        await using var provider = await ProviderProgram.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await provider.AuthorizeAsync($"p{i}");
        }

        var (seen, cursor) = (new List<string>(), "");
        do
        {
            var page = await provider.GetAsync($"/v1/operations?limit=2{cursor}");
            seen.AddRange(page["data"]!.AsArray().Select(operation => (string)operation!["payment"]!));
            cursor = page["next_cursor"] is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);

        Assert.Equal(["p0", "p1", "p2", "p3", "p4"], seen);
        Assert.Empty((await provider.GetAsync("/v1/operations?from=2100-01-01T00:00:00Z"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Events_are_signed_over_their_raw_bytes_and_a_copy_has_the_same_id()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var provider = await ProviderProgram.StartAsync(webhookUrl: receiver.Url);
        await provider.FaultAsync(new { events = new { copies = 2 } });
        await provider.AuthorizeAsync("p1");
        var (first, second) = (await receiver.NextAsync(), await receiver.NextAsync());

        Assert.Equal(first.Body, second.Body);
        var timestamp = first.Signature["t=".Length..first.Signature.IndexOf(',', StringComparison.Ordinal)];
        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(WebhookSignature.Of("s1", at, first.Body), first.Signature);
        Assert.Contains("\"type\":\"authorized\"", System.Text.Encoding.UTF8.GetString(first.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_sent_again_until_it_is_received()
    {
        await using var receiver = await Receiver.StartAsync(failures: 1);
        await using var provider = await ProviderProgram.StartAsync(webhookUrl: receiver.Url);
        await provider.AuthorizeAsync("p1");

        Assert.Equal((await receiver.NextAsync()).Body, (await receiver.NextAsync()).Body);
    }

    [Fact]
    public async Task Without_the_key_nothing_is_answered()
    {
        await using var provider = await ProviderProgram.StartAsync();
        provider.Http.DefaultRequestHeaders.Remove("Authorization");

        Assert.Equal(HttpStatusCode.Unauthorized, (await provider.AuthorizeAsync("p1")).Status);
    }

    private static async Task<string?> StatusAsync(ProviderProgram provider, string kind, string key, object body) =>
        (string?)(await provider.DoAsync("p1", kind, key, body)).Body["status"];

    /// <summary>What a shop would have: it takes events in, the first of them not.</summary>
    private sealed class Receiver(WebApplication app, Channel<(string Signature, byte[] Body)> received) : IAsyncDisposable
    {
        public string Url => app.Urls.First() + "/events";

        public static async Task<Receiver> StartAsync(int failures = 0)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var received = Channel.CreateUnbounded<(string, byte[])>();
            app.MapPost("/events", async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                received.Writer.TryWrite((request.Headers[WebhookSignature.Header].ToString(), body.ToArray()));
                return Interlocked.Decrement(ref failures) >= 0 ? Results.StatusCode(503) : Results.Ok();
            });
            await app.StartAsync(Stop);
            return new Receiver(app, received);
        }

        public async ValueTask<(string Signature, byte[] Body)> NextAsync()
        {
            var next = await received.Reader.ReadAsync(Stop);
            ProtocolDocument.PromisesEvent(next.Signature, JsonNode.Parse(next.Body)!);
            return next;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
