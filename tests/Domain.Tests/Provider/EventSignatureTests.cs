using System.Text;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments.Providers;
using Granary.PaymentProvider;

namespace Granary.Domain.Tests.Provider;

/// <summary>Events of providers are taken in only with a signature of the secret over their very bytes, made within 5 minutes.</summary>
public sealed class EventSignatureTests : IDisposable
{
    private const string Secret = "s1";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Captured = """{"id":"e1","type":"captured","payment":"p1","amount":1000,"occurred_at":"2026-01-01T00:00:00Z"}"""u8.ToArray();

    private readonly HttpProvider _http = new(
        new Unchanging<PaymentOptions>(new PaymentOptions { Http = new RemoteProvider(new Uri("http://127.0.0.1:9"), "k1", Secret) }));

    public void Dispose() => _http.Dispose();

    [Fact]
    public void An_event_with_its_signature_is_read() => Assert.Equal(
        new EventReading.Said("p1", new ProviderEvent("e1", ProviderEventType.Captured, 1_000)),
        Read(Captured, WebhookSignature.Of(Secret, Now, Captured)));

    [Theory]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(-301, false)]
    [InlineData(301, false)]
    public void A_signature_holds_for_five_minutes_in_either_direction(int seconds, bool holds) => Assert.Equal(
        holds, Read(Captured, WebhookSignature.Of(Secret, Now.AddSeconds(seconds), Captured)) is EventReading.Said);

    [Fact]
    public void A_replay_after_five_minutes_is_refused_and_its_time_cannot_be_changed()
    {
        var old = WebhookSignature.Of(Secret, Now.AddMinutes(-10), Captured);
        var renewed = old.Replace($"t={Now.AddMinutes(-10).ToUnixTimeSeconds()}", $"t={Now.ToUnixTimeSeconds()}", StringComparison.Ordinal);

        Assert.IsType<EventReading.BadSignature>(Read(Captured, old));
        Assert.IsType<EventReading.BadSignature>(Read(Captured, renewed));
    }

    [Fact]
    public void A_changed_byte_anywhere_is_noticed()
    {
        var signature = WebhookSignature.Of(Secret, Now, Captured);
        for (var index = 0; index < Captured.Length; index++)
        {
            var changed = (byte[])Captured.Clone();
            changed[index] ^= 1;
            Assert.IsType<EventReading.BadSignature>(Read(changed, signature));
        }

        // The same text in other bytes.
        byte[] marked = [0xEF, 0xBB, 0xBF, .. Captured];
        Assert.IsType<EventReading.BadSignature>(Read(marked, signature));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t=1767225600")]
    [InlineData("v1=00")]
    [InlineData("t=1767225600,v1=")]
    [InlineData("t=1767225600,v1=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("t=1767225600,v1=zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("t=99999999999999999999999,v1=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("t=-9223372036854775808,v1=0000000000000000000000000000000000000000000000000000000000000000")]
    public void A_forged_or_malformed_signature_is_refused(string? signature) =>
        Assert.IsType<EventReading.BadSignature>(Read(Captured, signature));

    [Fact]
    public void A_signature_of_another_secret_is_refused_unless_this_secrets_is_beside_it()
    {
        var other = WebhookSignature.Of("another", Now, Captured);
        var both = $"{other},{WebhookSignature.Of(Secret, Now, Captured).Split(',')[1]}";

        Assert.IsType<EventReading.BadSignature>(Read(Captured, other));
        Assert.IsType<EventReading.Said>(Read(Captured, both));
    }

    [Theory]
    [InlineData("""{"id":"e1","type":"something_new","payment":"p1"}""", typeof(EventReading.Ignored))]
    [InlineData("""{"id":"e1","type":"captured"}""", typeof(EventReading.Unreadable))]
    [InlineData("""{"id":"e1","type":"captured","payment":"p1","amount":-1}""", typeof(EventReading.Unreadable))]
    [InlineData("""{"id":"","type":"captured","payment":"p1"}""", typeof(EventReading.Unreadable))]
    [InlineData("""["captured"]""", typeof(EventReading.Unreadable))]
    [InlineData("no json", typeof(EventReading.Unreadable))]
    public void A_signed_event_that_says_nothing_is_not_taken_for_another(string body, Type reading)
    {
        var bytes = Encoding.UTF8.GetBytes(body);

        Assert.IsType(reading, Read(bytes, WebhookSignature.Of(Secret, Now, bytes)));
    }

    private EventReading Read(byte[] body, string? signature) => _http.Read(
        signature is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["provider-signature"] = signature }, body, Now);
}
