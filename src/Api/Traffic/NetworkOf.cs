using System.Net;
using System.Net.Sockets;

namespace Granary.Api.Traffic;

/// <summary>The address that a client is counted under.</summary>
public static class NetworkOf
{
    private const int Ipv6NetworkBytes = 8;

    /// <summary>
    /// The IPv4 address, or the /64 of an IPv6 address: a client with one address of such a network has them all (RFC 4291,
    /// section 2.5.4).
    /// </summary>
    public static string Client(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, Ipv6NetworkBytes))
            : address.ToString();
    }
}
