using System.Net;
using Granary.Domain.Webhooks;

namespace Granary.Silo.Tests.Webhooks;

public sealed class WebhookTargetTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.7")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("3fff::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void An_address_outside_the_public_internet_is_recognised(string address) => Assert.False(WebhookTarget.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00:1450::1")]
    public void An_address_on_the_public_internet_is_recognised(string address) => Assert.True(WebhookTarget.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://example.com/hook", false, true)]
    [InlineData("https://example.com:8443/hook?key=1", false, true)]
    [InlineData("http://example.com/hook", true, true)]
    [InlineData("http://example.com/hook", false, false)]
    [InlineData("ftp://example.com/hook", true, false)]
    [InlineData("file:///etc/passwd", true, false)]
    [InlineData("/hook", true, false)]
    [InlineData("https://", true, false)]
    [InlineData("https://user@example.com/", true, false)]
    [InlineData("https://user:secret@example.com/", true, false)]
    [InlineData("https://example.com/#part", true, false)]
    public void A_url_is_https_without_a_user_or_a_fragment(string url, bool allowHttp, bool allowed) =>
        Assert.Equal(allowed, WebhookTarget.Problem(url, allowHttp) is null);
}
