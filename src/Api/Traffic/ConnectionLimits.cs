using Granary.Api.Problems;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Granary.Api.Traffic;

/// <summary>Bounds the number of connections and what a connection may send.</summary>
public sealed partial class ConnectionLimits(TrafficOptions options, ILogger<ConnectionLimits> logger) : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>Largest body of a request, in bytes.</summary>
    public const long LargestBody = 1_000_000;

    /// <summary>
    /// Connections that the kernel queues until they are accepted, for thousands that arrive at once; it may queue fewer.
    /// </summary>
    public const int Backlog = 4_096;

    /// <summary>File descriptors reserved for everything except callers: the store, other silos, webhooks, files.</summary>
    private const int OwnDescriptors = 1_000;

    private const string LimitsFile = "/proc/self/limits";
    private const string DescriptorLimit = "Max open files";

    /// <inheritdoc/>
    public void Configure(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.ConfigureEndpointDefaults(RejectedRequests.Watch);
        kestrel.Limits.MaxConcurrentConnections = Affordable(options.MaxConnections, Descriptors());
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        // The buffer of a request that waits for a turn; the rest of a large body stays with its sender meanwhile.
        kestrel.Limits.MaxRequestBufferSize = 64 * 1024;

        // A caller that sends a byte now and then occupies a turn; this ends the request after the grace period.
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

    /// <summary>
    /// The hard limit, to which the runtime raises the soft limit at start; null if there is none or it is unknown.
    /// </summary>
    private static int? Descriptors() =>
        File.Exists(LimitsFile)
        && File.ReadLines(LimitsFile).FirstOrDefault(line => line.StartsWith(DescriptorLimit, StringComparison.Ordinal)) is { } line
        && line[DescriptorLimit.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var hard, ..]
        && int.TryParse(hard, out var limit)
            ? limit
            : null;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "This process may open {Descriptors} files (ulimit -n), so it takes {Connections} connections instead of the {Wanted} of "
            + "Granary:Limits:MaxConnections")]
    private partial void LogFewDescriptors(int descriptors, int connections, int wanted);
}
