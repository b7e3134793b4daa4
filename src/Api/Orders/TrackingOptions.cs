using System.Globalization;
using Granary.Hosting.Settings;

namespace Granary.Api.Orders;

/// <summary>The settings of order tracking.</summary>
/// <param name="Heartbeat">
/// <c>Granary:Orders:TrackingHeartbeat</c>: the interval of comments on a connection without events, so that neither the client
/// nor a proxy takes the connection for dead.
/// </param>
public sealed record TrackingOptions(TimeSpan Heartbeat)
{
    private const string Key = "Granary:Orders:TrackingHeartbeat";

    private static readonly TimeSpan Default = TimeSpan.FromSeconds(15);

    /// <exception cref="InvalidConfigurationException">The value is not a valid interval.</exception>
    public static TrackingOptions From(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } value)
        {
            return new TrackingOptions(Default);
        }

        return TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var heartbeat) && heartbeat > TimeSpan.Zero && heartbeat < TimeSpan.FromDays(1)
            ? new TrackingOptions(heartbeat)
            : throw new InvalidConfigurationException(Key, $"is '{value}'; it takes a time above zero and below a day, such as 00:00:15.");
    }
}
