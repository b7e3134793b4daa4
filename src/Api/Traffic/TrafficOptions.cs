using System.Globalization;
using System.Net;
using Granary.Hosting.Settings;

namespace Granary.Api.Traffic;

/// <summary>Bounds on what callers may send; read once at start.</summary>
public sealed record TrafficOptions
{
    private const string Section = "Granary:";
    private const StringSplitOptions Separators = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    // A bare number is parsed as days, which is never intended here.
    private static readonly TimeSpan LongestDuration = TimeSpan.FromHours(1);

    /// <summary>Sustained requests per second for one caller; 0 for no limit.</summary>
    public required int PermitsPerSecond { get; init; }

    /// <summary>Requests that a caller may send at once after a quiet period.</summary>
    public required int Burst { get; init; }

    /// <summary>The bounds on accepted work.</summary>
    public required AdmissionOptions Admission { get; init; }

    /// <summary>
    /// Maximum number of open connections, including those that follow an order; further ones are closed at once.
    /// </summary>
    public required int MaxConnections { get; init; }

    /// <summary>How long a request may take once it has a turn, including the arrival of its body.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>The origins whose scripts may call the API; none by default.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>The networks of proxies whose <c>X-Forwarded-For</c> is trusted; none by default.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid; the message names the key.</exception>
    public static TrafficOptions From(IConfiguration configuration)
    {
        // One process cannot serve 20,000 requests a second, so the default limits no caller in practice and lets every
        // measurement through. Operators of a deployment on the internet set the limit that one caller needs.
        var permits = Number(configuration, "RateLimit:PermitsPerSecond", 20_000);
        return new TrafficOptions
        {
            PermitsPerSecond = permits,
            Burst = Math.Max(1, Number(configuration, "RateLimit:Burst", permits * 2)),

            // docs/overload.md explains how these values were chosen.
            Admission = new AdmissionOptions(
                Number(configuration, "LoadShedding:MaxConcurrent", 512),
                Number(configuration, "LoadShedding:MaxQueued", 16_000),
                Duration(configuration, "LoadShedding:MaxWait", TimeSpan.FromSeconds(6))),
            MaxConnections = Number(configuration, "Limits:MaxConnections", 16_000) is > 0 and var connections
                ? connections
                : throw Unusable("Limits:MaxConnections", "a whole number, 1 or more"),
            RequestTimeout = Duration(configuration, "Limits:RequestTimeout", TimeSpan.FromSeconds(30)),
            CorsOrigins = [.. List(configuration, "Cors:Origins").Select(Origin)],
            TrustedProxies = [.. List(configuration, "TrustedProxies").Select(Network)],
        };
    }

    private static int Number(IConfiguration configuration, string key, int otherwise)
    {
        if (configuration[Section + key] is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000_000
            ? number
            : throw Unusable(key, "a whole number, 0 or more");
    }

    private static TimeSpan Duration(IConfiguration configuration, string key, TimeSpan otherwise)
    {
        if (configuration[Section + key] is not { } text)
        {
            return otherwise;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) && duration > TimeSpan.Zero && duration <= LongestDuration
            ? duration
            : throw Unusable(key, "a duration of at most one hour, such as 00:00:30");
    }

    // One value with commas, or the array form of configuration files.
    private static IEnumerable<string> List(IConfiguration configuration, string key) =>
        configuration[Section + key]?.Split(',', Separators)
        ?? configuration.GetSection(Section + key).GetChildren().Select(child => child.Value ?? "");

    private static string Origin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == text
            ? text
            : throw Unusable("Cors:Origins", "a list of origins such as https://shop.example");

    private static IPNetwork Network(string text) =>
        IPNetwork.TryParse(text, out var network)
            ? network
            : throw Unusable("TrustedProxies", "a list of networks such as 10.0.0.0/8");

    private static InvalidConfigurationException Unusable(string key, string expected) =>
        new(Section + key, $"must be {expected}.");
}
