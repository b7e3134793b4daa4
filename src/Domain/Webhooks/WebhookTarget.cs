using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Granary.Grains.Interfaces;

namespace Granary.Domain.Webhooks;

/// <summary>
/// Where webhooks may be sent, so that no caller makes this server request what only this server can reach (server-side request
/// forgery). Addresses are judged where they are connected to, not where a name was looked up before.
/// </summary>
public static class WebhookTarget
{
    // https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
    private static readonly IPNetwork[] NotPublic4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
        // Not special in the registry, but what virtual machines of Azure find their platform under.
        IPNetwork.Parse("168.63.129.16/32"),
    ];

    // Of IPv6 only this is the internet. Loopback, local and multicast addresses, IPv4-mapped ones and NAT64 lie outside.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    // https://www.iana.org/assignments/iana-ipv6-special-registry; Teredo and 6to4 carry IPv4 addresses.
    private static readonly IPNetwork[] NotPublic6 =
    [
        IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20"),
    ];

    // The port that stands for any, and well-known services that a message could be smuggled into (https://fetch.spec.whatwg.org, "bad port").
    private static readonly FrozenSet<int> OtherServices =
    [
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117,
        119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
        989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    ];

    /// <summary>Whether an address is one of the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.AddressFamily switch
        {
            // First, because IPNetwork compares them with IPv6 networks as if they were IPv4.
            AddressFamily.InterNetworkV6 when address.IsIPv4MappedToIPv6 => false,
            AddressFamily.InterNetwork => !NotPublic4.Any(network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => Global6.Contains(address) && !NotPublic6.Any(network => network.Contains(address)),
            _ => false,
        };
    }

    /// <summary>What is wrong with a URL as it is written, or null. Its host is judged by its addresses.</summary>
    /// <param name="url">An absolute URL.</param>
    /// <param name="allowHttp">Whether <c>http</c> will do.</param>
    public static string? Problem(string url, bool allowHttp)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.Length > Limits.UrlLength || !Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return $"must be an absolute URL of at most {Limits.UrlLength} characters";
        }

        if (uri.Scheme != Uri.UriSchemeHttps && !(allowHttp && uri.Scheme == Uri.UriSchemeHttp))
        {
            return allowHttp ? "must begin with https:// or http://" : "must begin with https://; Granary:Webhooks:AllowHttp permits http://";
        }

        if (uri.UserInfo.Length > 0)
        {
            return "must not hold a user name or password";
        }

        if (OtherServices.Contains(uri.Port))
        {
            return $"must not name port {uri.Port}, where other services than web servers listen";
        }

        return uri.Fragment.Length > 0 ? "must not have a fragment" : null;
    }
}
