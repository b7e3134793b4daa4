using System.Net;
using Granary.Hosting.Settings;

namespace Granary.Api.Traffic;

/// <summary>Bounds on what callers may send; read once at start.</summary>
public sealed record TrafficOptions
{
    /// <summary>Sustained requests per second for one caller; 0 for no limit.</summary>
    public required int PermitsPerSecond { get; init; }

    /// <summary>Requests that a caller may send at once after a quiet period.</summary>
    public required int Burst { get; init; }

    /// <summary>Sustained requests per second for one API key; 0 for no limit.</summary>
    public required int KeyPermitsPerSecond { get; init; }

    /// <summary>Searches per second of one network's callers without a token; 0 for no limit.</summary>
    public required int SearchesPerSecond { get; init; }

    /// <summary>Registrations per minute of one network; 0 for no limit.</summary>
    public required int RegistrationsPerMinute { get; init; }

    /// <summary>The bounds on accepted work.</summary>
    public required AdmissionOptions Admission { get; init; }

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
        var permits = settings.Read(SettingKeys.PermitsPerSecond);
        var connections = settings.Read(SettingKeys.MaxConnections);
        return new TrafficOptions
        {
            PermitsPerSecond = permits,
            Burst = Math.Max(1, settings.Read(SettingKeys.Burst) ?? permits * 2),
            KeyPermitsPerSecond = permits == 0 ? 0 : settings.Read(SettingKeys.KeyPermitsPerSecond),
            SearchesPerSecond = permits == 0 ? 0 : settings.Read(SettingKeys.SearchesPerSecond),
            RegistrationsPerMinute = permits == 0 ? 0 : settings.Read(SettingKeys.RegistrationsPerMinute),

            // docs/overload.md explains how these values were chosen.
            Admission = new AdmissionOptions(
                settings.Read(SettingKeys.MaxConcurrent), settings.Read(SettingKeys.MaxQueued), settings.Read(SettingKeys.MaxWait)),
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
