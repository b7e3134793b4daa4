using System.Net;
using System.Net.Sockets;

namespace Granary.Grains.Webhooks;

/// <summary>Looks host names up.</summary>
public interface IHostResolver
{
    /// <summary>The addresses of a host; for an address, the address itself.</summary>
    /// <exception cref="SocketException">The name has none, or the name server does not answer.</exception>
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>Looks host names up with the operating system.</summary>
public sealed class SystemResolver : IHostResolver
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(host, cancellationToken);
}
