using Granary.Api.Problems;
using Granary.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Granary.Api.Traffic;

/// <summary>Bounds the number of connections and what a connection may send.</summary>
public sealed partial class ConnectionLimits(TrafficOptions options, NetworkConnections networks, ILogger<ConnectionLimits> logger) : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>
    /// Connections that the kernel queues until they are accepted, for thousands that arrive at once; it may queue fewer.
    /// </summary>
    public const int Backlog = 4_096;

    /// <summary>File descriptors reserved for everything except callers: the store, other silos, webhooks, files.</summary>
    private const int OwnDescriptors = 1_000;

    /// <summary>The memory of a connection in the middle of a request, with its buffers.</summary>
    private const long BytesOfConnection = 32 * 1024;

    /// <inheritdoc/>
    public void Configure(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        // The runtime raises the soft limit to the hard one at the start.
        var affordable = Math.Min(Affordable(options.MaxConnections, OpenFiles.Read().Hard), WithinMemory(options.MaxConnections));
        kestrel.Limits.MaxConcurrentConnections = affordable;
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            networks.Bound(endpoint, affordable);
            RejectedRequests.Watch(endpoint);
        });
        kestrel.Limits.MaxRequestBodySize = BodyLimit.Largest.Bytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        // The buffer of a request that waits for a turn; the rest of a large body stays with its sender meanwhile.
        kestrel.Limits.MaxRequestBufferSize = 64 * 1024;

        // A caller that sends a byte now and then occupies a connection; this ends the request after the grace period.
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1_000, gracePeriod: TimeSpan.FromSeconds(5));
    }

    /// <summary>
    /// A process without a free file descriptor can neither accept a connection nor open one to its store, so connections beyond
    /// what it can afford are rejected.
    /// </summary>
    private long Affordable(int wanted, int? descriptors)
    {
        if (descriptors is not { } most || wanted <= most - OwnDescriptors)
        {
            return wanted;
        }

        var affordable = Math.Max(most / 2, most - OwnDescriptors);
        if (affordable >= wanted)
        {
            return wanted;
        }

        LogFewDescriptors(most, affordable, wanted);
        return affordable;
    }

    /// <summary>A connection that sends or reads slowly costs this much, so half of the memory is left for everything else.</summary>
    private long WithinMemory(int wanted)
    {
        var affordable = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / BytesOfConnection;
        if (affordable < wanted)
        {
            LogLittleMemory(affordable, wanted);
        }

        return Math.Min(wanted, affordable);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "This process may open {Descriptors} files (ulimit -n), so it takes {Connections} connections instead of the {Wanted} of "
            + "Granary:Limits:MaxConnections")]
    private partial void LogFewDescriptors(int descriptors, int connections, int wanted);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The memory of this process suffices for {Connections} connections instead of the {Wanted} of Granary:Limits:MaxConnections")]
    private partial void LogLittleMemory(long connections, int wanted);
}
