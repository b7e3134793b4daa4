using System.Diagnostics;
using System.Text.Json;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments.Providers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Domain.Tests.Provider;

/// <summary>The <c>http</c> adapter against the sample provider, with every fault that it has on demand.</summary>
public sealed class HttpProviderTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ProviderMetrics _metrics = new();
    private ProviderProgram _program = null!;
    private HttpProvider _http = null!;
    private ProviderGateway _gateway = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _program = await ProviderProgram.StartAsync();
        var options = OptionsFor(_program.Http.BaseAddress!, "k1");
        _http = new HttpProvider(Always(options)) { PageLength = 2 };
        _gateway = new ProviderGateway(Always(options), _metrics, _clock, NullLogger<ProviderGateway>.Instance, _http);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _metrics.Dispose();
        await _program.DisposeAsync();
    }

    [Fact]
    public async Task Money_is_authorized_captured_and_refunded()
    {
        var authorized = Assert.IsType<ProviderAnswer.Authorized>(await CallAsync(OperationKind.Authorize));
        Assert.Equal(("pp_p1", 1_000), (authorized.Reference, authorized.Amount));
        Assert.NotNull(authorized.ExpiresAt);
        Assert.Equal(new ProviderAnswer.Captured(1_000), await CallAsync(OperationKind.Capture));
        Assert.Equal(new ProviderAnswer.Refunded(300), await CallAsync(OperationKind.Refund, 300));
        Assert.Equal(new ProviderAnswer.Rejected("refund_exceeds_captured"), await CallAsync(OperationKind.Refund, 701, ordinal: 2));
        Assert.Equal(new ProviderAnswer.Rejected("payment_captured"), await CallAsync(OperationKind.Void));
    }

    [Fact]
    public async Task Money_is_authorized_and_voided()
    {
        await CallAsync(OperationKind.Authorize);

        Assert.Equal(new ProviderAnswer.Voided(), await CallAsync(OperationKind.Void));
        Assert.Equal(new ProviderAnswer.Voided(), await AskAsync(OperationKind.Void));
    }

    [Fact]
    public async Task An_authorization_that_the_bank_has_dropped_cannot_be_captured_or_voided()
    {
        await CallAsync(OperationKind.Authorize);
        using var dropped = await _program.Http.PostAsync(new Uri("/control/payments/p1/expire", UriKind.Relative), content: null, Stop);

        Assert.Equal(new ProviderAnswer.Expired(), await AskAsync(OperationKind.Authorize));
        Assert.Equal(new ProviderAnswer.Expired(), await CallAsync(OperationKind.Capture));
        Assert.Equal(new ProviderAnswer.Expired(), await CallAsync(OperationKind.Void));
    }

    [Fact]
    public async Task A_payer_who_must_act_is_sent_to_the_bank()
    {
        var required = Assert.IsType<ProviderAnswer.ActionRequired>(await CallAsync(OperationKind.Authorize, token: "tok_3ds"));
        Assert.StartsWith(_program.Http.BaseAddress!.AbsoluteUri, required.Url, StringComparison.Ordinal);

        using var agreed = await _program.Http.PostAsync(new Uri(required.Url + "/agree"), content: null, Stop);

        Assert.Equal("https://shop.example/back", agreed.Headers.Location!.AbsoluteUri);
        Assert.IsType<ProviderAnswer.Authorized>(await AskAsync(OperationKind.Authorize));
    }

    [Theory]
    [InlineData("tok_declined", "insufficient_funds")]
    [InlineData("tok_unknown", "unknown_token")]
    public async Task A_declined_authorization_says_why(string token, string code) =>
        Assert.Equal(new ProviderAnswer.Declined(code, "pp_p1"), await CallAsync(OperationKind.Authorize, token: token));

    [Fact]
    public async Task A_decline_on_demand_is_a_decline()
    {
        await _program.FaultAsync(new { calls = new { authorize = new { fault = "decline" } } });

        Assert.Equal(new ProviderAnswer.Declined("card_declined", "pp_p1"), await CallAsync(OperationKind.Authorize));
    }

    [Theory]
    [InlineData("error_before", "http_503", false)]
    [InlineData("error_after", "http_502", true)]
    [InlineData("commit_then_hang", "timeout", true)]
    [InlineData("hang_then_nothing", "timeout", false)]
    public async Task After_a_fault_the_question_says_what_became_and_a_repetition_comes_to_the_same(string fault, string reason, bool known)
    {
        await _program.FaultAsync(new { calls = new { authorize = new { fault } } });
        var call = CallAsync(OperationKind.Authorize);
        if (reason == "timeout")
        {
            while (known ? await _program.AskAsync("p1-authorize-1") is null : (await _program.GetAsync("/control/calls"))["authorize"] is null)
            {
            }

            _clock.Advance(TimeSpan.FromSeconds(8));
        }

        Assert.Equal(new ProviderAnswer.NoAnswer(reason), await call);
        await _program.FaultAsync(new { });
        var asked = await AskAsync(OperationKind.Authorize);
        Assert.Equal(known ? typeof(ProviderAnswer.Authorized) : typeof(ProviderAnswer.NotKnown), asked.GetType());
        var repeated = await CallAsync(OperationKind.Authorize);
        Assert.IsType<ProviderAnswer.Authorized>(repeated);
        Assert.True(!known || repeated == asked);
        Assert.Equal(1_000, (int)(await _program.GetAsync("/v1/payments/p1"))["authorized"]!);
    }

    [Fact]
    public async Task A_question_without_an_answer_is_not_taken_for_not_known()
    {
        await CallAsync(OperationKind.Authorize);
        await _program.FaultAsync(new { calls = new { ask = new { fault = "error_before" } } });

        Assert.Equal(new ProviderAnswer.NoAnswer("http_503"), await AskAsync(OperationKind.Authorize));
    }

    [Fact]
    public async Task Another_request_under_the_same_key_is_no_answer()
    {
        await CallAsync(OperationKind.Authorize);

        Assert.Equal(new ProviderAnswer.NoAnswer("http_409"), await CallAsync(OperationKind.Authorize, 999));
    }

    [Fact]
    public async Task A_malformed_request_is_rejected_for_good() =>
        Assert.Equal(new ProviderAnswer.Rejected("invalid_request"), await CallAsync(OperationKind.Capture, amount: 0));

    [Fact]
    public async Task A_refused_key_or_a_provider_that_is_away_is_no_answer()
    {
        using var refused = new HttpProvider(Always(OptionsFor(_program.Http.BaseAddress!, "another")));
        using var away = new HttpProvider(Always(OptionsFor(new Uri("http://127.0.0.1:9"), "k1")));

        Assert.Equal(new ProviderAnswer.NoAnswer("http_401"), await refused.CallAsync(GivenGateway.Call(OperationKind.Authorize), Stop));
        Assert.Equal(new ProviderAnswer.NoAnswer("no_connection"), await away.CallAsync(GivenGateway.Call(OperationKind.Authorize), Stop));
    }

    [Fact]
    public async Task The_list_is_read_to_its_end_in_the_order_of_the_operations()
    {
        await CallAsync(OperationKind.Authorize);
        await CallAsync(OperationKind.Capture);
        await CallAsync(OperationKind.Refund, 300);
        await CallAsync(OperationKind.Refund, 5_000, ordinal: 2);
        await CallAsync(OperationKind.Void, ordinal: 3);
        var listed = await _gateway.ListAsync(DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow.AddHours(1), Stop).ToListAsync(Stop);

        Assert.Equal(
            [
                ("p1-authorize-1", 1_000, typeof(ProviderAnswer.Authorized)), ("p1-capture-1", 1_000, typeof(ProviderAnswer.Captured)),
                ("p1-refund-1", 300, typeof(ProviderAnswer.Refunded)), ("p1-refund-2", 5_000, typeof(ProviderAnswer.Rejected)),
                ("p1-void-3", 0, typeof(ProviderAnswer.Rejected)),
            ],
            listed.Select(operation => (operation.Key, operation.Amount, operation.Answer.GetType())));
        Assert.All(listed, operation => Assert.Equal(("p1", "pp_p1"), (operation.Payment, operation.Reference)));
        Assert.Empty(await _gateway.ListAsync(DateTimeOffset.UnixEpoch, listed[0].At, Stop).ToListAsync(Stop));
    }

    [Fact]
    public async Task A_list_whose_page_is_followed_by_itself_is_not_read_for_ever()
    {
        await using var server = await StripeServer.StartAsync();
        using var http = new HttpProvider(Always(OptionsFor(server.Address, "k1")));
        server.FailNext(200, """{ "data": [], "next_cursor": "1" }""");
        server.FailNext(200, """{ "data": [], "next_cursor": "1" }""");

        await Assert.ThrowsAsync<InvalidDataException>(
            () => http.ListAsync(DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow, Stop).ToListAsync(Stop).AsTask());
    }

    [Theory]
    [InlineData("authorize", "succeeded", 256, 1, 1)]
    [InlineData("authorize", "declined", 1, 256, 1)]
    [InlineData("authorize", "requires_action", 1, 1, 2_049)]
    public async Task What_is_longer_than_any_provider_needs_is_not_taken_into_the_journal(string kind, string status, int reference, int code, int url)
    {
        await using var server = await StripeServer.StartAsync();
        using var http = new HttpProvider(Always(OptionsFor(server.Address, "k1")));
        var call = GivenGateway.Call(OperationKind.Authorize);
        server.FailNext(200, JsonSerializer.Serialize(new
        {
            key = call.Key,
            payment = call.Payment,
            kind,
            status,
            amount = 1_000,
            reference = new string('r', reference),
            code = new string('c', code),
            next_action = new { url = "https://bank.example/".PadRight(url, 'u') },
            created_at = DateTimeOffset.UnixEpoch,
        }));

        Assert.Equal(new ProviderAnswer.NoAnswer("unreadable"), await http.CallAsync(call, Stop));
    }

    [Fact]
    public async Task The_trace_goes_on_at_the_provider()
    {
        await using var recorder = await StripeServer.StartAsync();
        using var http = new HttpProvider(Always(OptionsFor(recorder.Address, "k1")));
        using var request = new Activity("request").Start();

        await http.CallAsync(GivenGateway.Call(OperationKind.Authorize), Stop);

        Assert.Contains(request.TraceId.ToString(), recorder.Requests.Single().Headers["traceparent"].ToString(), StringComparison.Ordinal);
    }

    private static Unchanging<PaymentOptions> Always(PaymentOptions options) => new(options);

    private static PaymentOptions OptionsFor(Uri address, string key) => new()
    {
        Provider = ProviderKind.Http,
        Http = new RemoteProvider(address, key, "s1"),
        ReturnUrl = new Uri("https://shop.example/back"),
    };

    private static ProviderCall Call(OperationKind kind, long amount, int ordinal, string token) =>
        GivenGateway.Call(kind, kind == OperationKind.Void ? 0 : amount) is var call
            ? call with { Token = token, Operation = call.Operation with { Ordinal = ordinal } }
            : throw new InvalidOperationException();

    private Task<ProviderAnswer> CallAsync(OperationKind kind, long amount = 1_000, int ordinal = 1, string token = "tok_ok") =>
        _gateway.CallAsync(Call(kind, amount, ordinal, token), Stop);

    private Task<ProviderAnswer> AskAsync(OperationKind kind) => _gateway.AskAsync(Call(kind, 1_000, 1, "tok_ok"), Stop);
}
