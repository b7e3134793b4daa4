using System.Globalization;
using System.Net;
using Granary.Hosting.Settings;

namespace Granary.Api.Traffic;

/// <summary>Bounds on what callers may send, read once at start.</summary>
public sealed record TrafficOptions
{
    private const string Section = "Granary:";
    private const StringSplitOptions Separators = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    // A bare number is read as days, which nobody means here.
    private static readonly TimeSpan LongestDuration = TimeSpan.FromHours(1);

    /// <summary>Requests a second that a caller may send for long; 0 for no limit.</summary>
    public required int PermitsPerSecond { get; init; }

    /// <summary>Requests that a caller who was quiet may send at once.</summary>
    public required int Burst { get; init; }

    /// <summary>How much work is taken on.</summary>
    public required AdmissionOptions Admission { get; init; }

    /// <summary>Connections that are open at a time, those that follow an order included; more are closed at once.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>How long a request may take once it has its turn, its body's arrival included.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>The origins whose scripts may call the API; none by default.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>The networks of proxies whose <c>X-Forwarded-For</c> is believed; none by default.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">A value cannot be used; the message names the key.</exception>
    public static TrafficOptions From(IConfiguration configuration)
    {
        // 20,000 a second is more than one process serves: the default protects from nobody's mistake but lets every
        // measurement through. Who faces the internet sets what one caller needs.
        var permits = Number(configuration, "RateLimit:PermitsPerSecond", 20_000);
        return new TrafficOptions
        {
            PermitsPerSecond = permits,
            Burst = Math.Max(1, Number(configuration, "RateLimit:Burst", permits * 2)),

            // docs/overload.md says what these were chosen by.
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
