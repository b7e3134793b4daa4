using System.Text;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments.Providers;

namespace Granary.Domain.Tests.Provider;

/// <summary>The <c>stripe</c> adapter against a server that speaks Stripe's documented wire format. It has not met the real one.</summary>
public sealed class StripeProviderTests : IAsyncLifetime
{
    private const string Secret = "whsec_1";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private StripeServer _server = null!;
    private StripeProvider _stripe = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StripeServer.StartAsync();
        _stripe = ProviderWith("sk_test_1");
    }

    public async ValueTask DisposeAsync()
    {
        _stripe.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_authorization_is_an_intent_that_is_confirmed_and_not_captured()
    {
        var authorized = Assert.IsType<ProviderAnswer.Authorized>(await CallAsync(OperationKind.Authorize));

        Assert.Equal(("pi_1", 1_000), (authorized.Reference, authorized.Amount));
        Assert.Equal(Now.AddDays(7), authorized.ExpiresAt!.Value, TimeSpan.FromMinutes(1));
        var sent = _server.Requests.Single();
        Assert.Equal("p1-authorize-1", sent.Headers["Idempotency-Key"]);
        Assert.Equal(
            ["1000", "usd", "pm_card_visa", "https://shop.example/back", "p1", "o1", "p1-authorize-1"],
            ((string[])["amount", "currency", "payment_method", "return_url", "metadata[granary_payment]", "metadata[granary_order]", "metadata[granary_key]"])
                .Select(field => sent.Form[field].ToString()));
    }

    [Theory]
    [InlineData("tok_visa", "payment_method_data[card][token]")]
    [InlineData("ctoken_1", "confirmation_token")]
    public async Task Every_kind_of_token_goes_where_Stripe_expects_it(string token, string field)
    {
        Assert.IsType<ProviderAnswer.Authorized>(await CallAsync(OperationKind.Authorize, token: token));

        Assert.Equal(token, _server.Requests.Single().Form[field]);
    }

    [Fact]
    public async Task Money_is_captured_and_refunded()
    {
        await CallAsync(OperationKind.Authorize);

        Assert.Equal(new ProviderAnswer.Captured(1_000), await CallAsync(OperationKind.Capture, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.Refunded(300), await CallAsync(OperationKind.Refund, 300, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.Rejected("charge_already_refunded"), await CallAsync(OperationKind.Refund, 701, ordinal: 2, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.Rejected("captured"), await CallAsync(OperationKind.Void, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.Refunded(300), await AskAsync(OperationKind.Refund, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.NotKnown(), await AskAsync(OperationKind.Refund, ordinal: 3, reference: "pi_1"));
    }

    [Fact]
    public async Task A_repetition_under_the_same_key_comes_to_the_same_and_another_request_under_it_is_no_answer()
    {
        var first = await CallAsync(OperationKind.Authorize);
        Assert.Equal(first, await CallAsync(OperationKind.Authorize));

        Assert.Equal(new ProviderAnswer.NoAnswer("idempotency_error"), await CallAsync(OperationKind.Authorize, 999));
    }

    [Fact]
    public async Task Money_is_voided_and_a_capture_after_that_finds_the_authorization_ended()
    {
        await CallAsync(OperationKind.Authorize);
        Assert.Equal(new ProviderAnswer.NotKnown(), await AskAsync(OperationKind.Void, reference: "pi_1"));

        Assert.Equal(new ProviderAnswer.Voided(), await CallAsync(OperationKind.Void, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.Voided(), await AskAsync(OperationKind.Void, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.Expired(), await CallAsync(OperationKind.Capture, reference: "pi_1"));
    }

    [Fact]
    public async Task An_authorization_that_Stripe_has_dropped_is_expired()
    {
        await CallAsync(OperationKind.Authorize);
        _server.Expire("pi_1");

        Assert.Equal(new ProviderAnswer.Expired(), await CallAsync(OperationKind.Capture, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.Expired(), await CallAsync(OperationKind.Void, reference: "pi_1"));
        Assert.Equal(new ProviderAnswer.Expired(), await AskAsync(OperationKind.Authorize, reference: "pi_1"));
    }

    [Fact]
    public async Task A_declined_card_says_why_also_when_it_is_asked_about()
    {
        var declined = new ProviderAnswer.Declined("insufficient_funds", "pi_1");

        Assert.Equal(declined, await CallAsync(OperationKind.Authorize, token: "pm_card_chargeDeclinedInsufficientFunds"));
        Assert.Equal(declined, await AskAsync(OperationKind.Authorize));
    }

    [Fact]
    public async Task A_token_that_Stripe_does_not_have_is_rejected() =>
        Assert.Equal(new ProviderAnswer.Rejected("resource_missing"), await CallAsync(OperationKind.Authorize, token: "pm_unknown"));

    [Fact]
    public async Task A_payer_who_must_act_is_sent_to_the_bank()
    {
        Assert.Equal(
            new ProviderAnswer.ActionRequired("pi_1", "https://hooks.stripe.com/3d_secure"),
            await CallAsync(OperationKind.Authorize, token: "pm_card_authenticationRequired"));
        _server.Authenticate("pi_1");

        Assert.IsType<ProviderAnswer.Authorized>(await AskAsync(OperationKind.Authorize, reference: "pi_1"));
    }

    [Fact]
    public async Task An_intent_of_which_the_id_is_not_known_is_found_by_its_metadata_once_the_index_has_it()
    {
        Assert.Equal(new ProviderAnswer.NotKnown(), await AskAsync(OperationKind.Authorize));
        await CallAsync(OperationKind.Authorize);
        _server.SearchIsBehind = true;
        Assert.Equal(new ProviderAnswer.NotKnown(), await AskAsync(OperationKind.Authorize));
        _server.SearchIsBehind = false;

        Assert.IsType<ProviderAnswer.Authorized>(await AskAsync(OperationKind.Authorize));
    }

    [Fact]
    public async Task A_capture_is_not_known_before_it_was_made_and_is_afterwards()
    {
        await CallAsync(OperationKind.Authorize);
        Assert.Equal(new ProviderAnswer.NotKnown(), await AskAsync(OperationKind.Capture, reference: "pi_1"));
        await CallAsync(OperationKind.Capture, reference: "pi_1");

        Assert.Equal(new ProviderAnswer.Captured(1_000), await AskAsync(OperationKind.Capture, reference: "pi_1"));
        Assert.IsType<ProviderAnswer.Authorized>(await AskAsync(OperationKind.Authorize, reference: "pi_1"));
    }

    [Fact]
    public async Task A_refund_that_takes_its_time_is_no_answer_yet()
    {
        await CallAsync(OperationKind.Authorize);
        await CallAsync(OperationKind.Capture, reference: "pi_1");

        Assert.Equal(new ProviderAnswer.NoAnswer("pending", IsUndecided: true), await CallAsync(OperationKind.Refund, 404, reference: "pi_1"));
    }

    [Theory]
    [InlineData(500, """{"error":{"type":"api_error","message":"tok"}}""", "http_500")]
    [InlineData(409, """{"error":{"type":"invalid_request_error","code":"lock_timeout"}}""", "http_409")]
    [InlineData(429, """{"error":{"type":"invalid_request_error","code":"rate_limit"}}""", "http_429")]
    [InlineData(502, "<html>bad gateway</html>", "http_502")]
    public async Task A_fault_of_Stripe_is_no_answer_and_is_not_repeated_by_the_library(int status, string body, string reason)
    {
        _server.FailNext(status, body);

        Assert.Equal(new ProviderAnswer.NoAnswer(reason), await CallAsync(OperationKind.Authorize));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_refused_key_or_a_server_that_is_away_is_no_answer()
    {
        using var refused = ProviderWith("sk_test_2");
        using var away = ProviderWith("sk_test_1", new Uri("http://127.0.0.1:9"));
        var call = Call(OperationKind.Authorize, 1_000, 1, "pm_card_visa", null);

        Assert.Equal(new ProviderAnswer.NoAnswer("http_401"), await refused.CallAsync(call, Stop));
        Assert.Equal(new ProviderAnswer.NoAnswer("http_401"), await refused.AskAsync(call, Stop));
        Assert.Equal(new ProviderAnswer.NoAnswer("no_connection"), await away.CallAsync(call, Stop));
    }

    [Fact]
    public async Task The_list_has_intents_captures_cancellations_and_refunds()
    {
        for (var payment = 1; payment <= 3; payment++)
        {
            await CallAsync(OperationKind.Authorize, payment: $"p{payment}");
        }

        await CallAsync(OperationKind.Capture, payment: "p1", reference: "pi_1");
        await CallAsync(OperationKind.Refund, 300, payment: "p1", reference: "pi_1");
        await CallAsync(OperationKind.Void, payment: "p2", reference: "pi_2");
        var listed = await _stripe.ListAsync(Now, Now.AddDays(1), Stop).ToListAsync(Stop);

        Assert.Equal(
            [
                ("p1", OperationKind.Authorize, "p1-authorize-1"), ("p1", OperationKind.Capture, "p1-capture-1"), ("p1", OperationKind.Refund, "p1-refund-1"),
                ("p2", OperationKind.Authorize, "p2-authorize-1"), ("p2", OperationKind.Void, null), ("p3", OperationKind.Authorize, "p3-authorize-1"),
            ],
            listed.Select(operation => (operation.Payment, operation.Kind, operation.Key)).OrderBy(operation => operation.Payment).ThenBy(operation => operation.Kind));
        Assert.Empty(await _stripe.ListAsync(Now.AddDays(1), Now.AddDays(2), Stop).ToListAsync(Stop));
    }

    [Theory]
    [InlineData("payment_intent.amount_capturable_updated", "", ProviderEventType.Authorized, null)]
    [InlineData("payment_intent.requires_action", "", ProviderEventType.ActionRequired, null)]
    [InlineData("payment_intent.payment_failed", "", ProviderEventType.Declined, null)]
    [InlineData("payment_intent.succeeded", """ "amount_received":1000, """, ProviderEventType.Captured, 1_000L)]
    [InlineData("payment_intent.canceled", """ "cancellation_reason":"abandoned", """, ProviderEventType.Voided, null)]
    [InlineData("payment_intent.canceled", """ "cancellation_reason":"automatic", """, ProviderEventType.AuthorizationExpired, null)]
    [InlineData("charge.refunded", """ "amount_refunded":300, """, ProviderEventType.Refunded, 300L)]
    [InlineData("refund.failed", "", ProviderEventType.RefundFailed, null)]
    public void An_event_says_what_has_happened(string type, string fields, ProviderEventType said, long? amount) => Assert.Equal(
        new EventReading.Said("p1", new ProviderEvent("evt_1", said, amount)),
        Read(EventOf(type, fields + """ "metadata":{"granary_payment":"p1"} """)));

    [Theory]
    [InlineData("payment_intent.created", """ "metadata":{"granary_payment":"p1"} """)]
    [InlineData("payment_intent.succeeded", """ "metadata":{} """)]
    [InlineData("charge.dispute.created", """ "payment_intent":"pi_1" """)]
    public void An_event_about_nothing_that_a_payment_needs_to_know_is_ignored(string type, string fields) =>
        Assert.IsType<EventReading.Ignored>(Read(EventOf(type, fields)));

    [Fact]
    public void A_forged_old_or_changed_event_is_refused()
    {
        var body = EventOf("payment_intent.succeeded", """ "metadata":{"granary_payment":"p1"} """);
        byte[] changed = [.. body, (byte)' '];

        Assert.IsType<EventReading.BadSignature>(Read(body, secret: "whsec_2"));
        Assert.IsType<EventReading.BadSignature>(Read(body, at: Now.AddSeconds(-301)));
        Assert.IsType<EventReading.BadSignature>(Read(changed, signed: body));
        Assert.IsType<EventReading.Unreadable>(Read("{}"u8.ToArray()));
    }

    /// <summary>The signature is the library's own: the adapter must agree with it.</summary>
    private EventReading Read(byte[] body, string secret = Secret, DateTimeOffset? at = null, byte[]? signed = null) => _stripe.Read(
        new Dictionary<string, string>
        {
            ["stripe-signature"] = Stripe.EventUtility.GenerateSignatureHeader(Encoding.UTF8.GetString(signed ?? body), secret, (at ?? Now).ToUnixTimeSeconds()),
        },
        body,
        Now);

    private static byte[] EventOf(string type, string fields) => Encoding.UTF8.GetBytes(
        $$"""{"id":"evt_1","object":"event","api_version":"2020-08-27","type":"{{type}}","data":{"object":{ {{fields}} } } }""");

    private StripeProvider ProviderWith(string key, Uri? address = null) => new(new Unchanging<PaymentOptions>(new PaymentOptions
    {
        Provider = ProviderKind.Stripe,
        Stripe = new RemoteProvider(address ?? _server.Address, key, Secret),
        ReturnUrl = new Uri("https://shop.example/back"),
    }));

    private static ProviderCall Call(OperationKind kind, long amount, int ordinal, string token, string? reference, string payment = "p1")
    {
        var call = GivenGateway.Call(kind, amount);
        return call with { Payment = payment, Token = token, Reference = reference, Operation = call.Operation with { Ordinal = ordinal } };
    }

    private Task<ProviderAnswer> CallAsync(
        OperationKind kind, long amount = 1_000, int ordinal = 1, string token = "pm_card_visa", string? reference = null, string payment = "p1") =>
        _stripe.CallAsync(Call(kind, amount, ordinal, token, reference, payment), Stop);

    private Task<ProviderAnswer> AskAsync(OperationKind kind, int ordinal = 1, string? reference = null) =>
        _stripe.AskAsync(Call(kind, 1_000, ordinal, "pm_card_visa", reference), Stop);
}
