using System.Net;
using System.Net.Sockets;
using Granary.Domain.Webhooks;

namespace Granary.Grains.Webhooks;

/// <summary>
/// Lets messages go only to allowed addresses. The guard connects to the address that it checked: it looks a name up once per
/// connection, so a name server that answers differently the next time gains nothing.
/// </summary>
public sealed class TargetGuard(WebhookOptions options, IHostResolver resolver)
{
    // The caller that registers a webhook waits for the look-up.
    private static readonly TimeSpan LookupTime = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with a target now, or null.</summary>
    public async Task<string?> ProblemAsync(string url, CancellationToken cancellationToken)
    {
        if (WebhookTarget.Problem(url, options.AllowHttp) is { } problem)
        {
            return problem;
        }

        using var lookup = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lookup.CancelAfter(LookupTime);
        try
        {
            await AddressesAsync(new Uri(url).IdnHost, lookup.Token);
            return null;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return "names a host that cannot be found";
        }
        catch (TargetNotAllowedException)
        {
            return "names a host that is not on the public internet; Granary:Webhooks:AllowPrivateTargets permits it";
        }
    }

    /// <summary>Connects to a host, for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="TargetNotAllowedException">The host has an address that is not allowed.</exception>
    /// <exception cref="SocketException">It cannot be found or reached.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var addresses = await AddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses[i], context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i + 1 < addresses.Count)
            {
                // Try the next address of the host.
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>
    /// The addresses of a host, all of which must be allowed: a public name that also has a private address is an attack or a
    /// mistake.
    /// </summary>
    private async Task<IReadOnlyList<IPAddress>> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var address) ? [address] : await resolver.ResolveAsync(host, cancellationToken);
        if (addresses.Count == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        return options.AllowPrivateTargets || addresses.All(WebhookTarget.IsPublic) ? addresses : throw new TargetNotAllowedException();
    }
}

/// <summary>A host has an address that must not receive messages.</summary>
public sealed class TargetNotAllowedException() : IOException("The host is not on the public internet.");
