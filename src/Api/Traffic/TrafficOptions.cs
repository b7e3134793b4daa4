using System.Net;
using Granary.Hosting.Settings;

namespace Granary.Api.Traffic;

/// <summary>Bounds on what callers may send; read once at start.</summary>
public sealed record TrafficOptions
{
    /// <summary>
    /// Maximum number of open connections, including those that follow an order; further ones are closed at once.
    /// </summary>
    public required int MaxConnections { get; init; }

    /// <summary>Maximum number of open connections of one network; 0 for no limit, null for a share of those that the process can afford.</summary>
    public required int? MaxConnectionsPerNetwork { get; init; }

    /// <summary>Maximum number of requests of one network whose bodies are arriving; 0 for no limit.</summary>
    public required int MaxArrivingPerNetwork { get; init; }

    /// <summary>Maximum number of open streams of events of one network; 0 for no limit.</summary>
    public required int MaxStreamsPerNetwork { get; init; }

    /// <summary>Maximum number of open streams of events of one user; 0 for no limit.</summary>
    public required int MaxStreamsPerUser { get; init; }

    /// <summary>Maximum number of open streams of events of one order; 0 for no limit.</summary>
    public required int MaxStreamsPerOrder { get; init; }

    /// <summary>How long a request may take once it has a turn, and how long its body may take to arrive before.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>The origins whose scripts may call the API; none by default.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>The networks of proxies whose <c>X-Forwarded-For</c> is trusted; none by default.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid; the message names the key.</exception>
    public static TrafficOptions From(SettingsReader settings)
    {
        var connections = settings.Read(SettingKeys.MaxConnections);
        return new TrafficOptions
        {
            MaxConnections = connections,
            MaxConnectionsPerNetwork = settings.Read(SettingKeys.MaxConnectionsPerNetwork),
            MaxArrivingPerNetwork = settings.Read(SettingKeys.MaxArrivingPerNetwork),
            MaxStreamsPerNetwork = settings.Read(SettingKeys.MaxStreamsPerNetwork),
            MaxStreamsPerUser = settings.Read(SettingKeys.MaxStreamsPerUser),
            MaxStreamsPerOrder = settings.Read(SettingKeys.MaxStreamsPerOrder),
            RequestTimeout = settings.Read(SettingKeys.RequestTimeout),
            CorsOrigins = settings.Read(SettingKeys.CorsOrigins),
            TrustedProxies = settings.Read(SettingKeys.TrustedProxies),
        };
    }
}
