using System.Globalization;
using Granary.Hosting.Settings;

namespace Granary.Api.Orders;

/// <summary>How orders are followed.</summary>
/// <param name="Heartbeat">
/// <c>Granary:Orders:TrackingHeartbeat</c>: a connection without events carries a comment so often, so that neither end nor a
/// proxy between them takes it for dead.
/// </param>
public sealed record TrackingOptions(TimeSpan Heartbeat)
{
    private const string Key = "Granary:Orders:TrackingHeartbeat";

    private static readonly TimeSpan Default = TimeSpan.FromSeconds(15);

    /// <exception cref="InvalidConfigurationException">The value is no time to wait.</exception>
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
