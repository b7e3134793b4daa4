using Granary.Domain.Webhooks;

namespace Granary.Silo.Tests.Webhooks;

public sealed class WebhookSecretTests
{
    /// <summary>The test vector of the reference libraries of Standard Webhooks.</summary>
    [Fact]
    public void A_message_is_signed_as_the_reference_libraries_sign_it() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecret.Sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}"u8));

    [Fact]
    public void A_secret_is_its_random_bytes_in_base64()
    {
        var random = Enumerable.Range(0, WebhookSecret.Length).Select(i => (byte)i).ToArray();

        var secret = WebhookSecret.Of(random);

        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal(random, Convert.FromBase64String(secret["whsec_".Length..]));
        Assert.Equal(32, random.Length);
        Assert.NotEqual(secret, WebhookSecret.Of(new byte[WebhookSecret.Length]));
    }
}
