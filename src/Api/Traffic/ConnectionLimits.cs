using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Granary.Api.Traffic;

/// <summary>Bounds what a connection may send and how many there are.</summary>
public sealed partial class ConnectionLimits(TrafficOptions options, ILogger<ConnectionLimits> logger) : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>Largest body of a request, in bytes.</summary>
    public const long LargestBody = 1_000_000;

    /// <summary>Connections that the kernel holds until they are accepted, for when thousands come at once; it may hold fewer.</summary>
    public const int Backlog = 4_096;

    /// <summary>Descriptors for all but callers: the store, other silos, webhooks, files.</summary>
    private const int OwnDescriptors = 1_000;

    private const string LimitsFile = "/proc/self/limits";
    private const string DescriptorLimit = "Max open files";

    /// <inheritdoc/>
    public void Configure(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = Affordable(options.MaxConnections, Descriptors());
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        // What a request that waits for its turn may occupy; the rest of a large body stays with its sender meanwhile.
        kestrel.Limits.MaxRequestBufferSize = 64 * 1024;

        // A caller who sends a byte now and then occupies a turn; this ends it after the grace period.
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1_000, gracePeriod: TimeSpan.FromSeconds(5));
    }

    /// <summary>
    /// Without a descriptor left a process can neither accept a connection nor open one to its store; callers beyond what it can
    /// afford are better turned away.
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

    /// <summary>The hard limit, to which the runtime raises the soft one as it starts; null where there is none or it is not known.</summary>
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
