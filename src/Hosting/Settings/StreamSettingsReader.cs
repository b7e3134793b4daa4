using System.Globalization;
using Granary.Streams;

namespace Granary.Hosting.Settings;

/// <summary>Reads the settings of the streams.</summary>
public static class StreamSettingsReader
{
    private static readonly string[] Counts = [nameof(StreamSettings.TailLength), nameof(StreamSettings.BatchLength), nameof(StreamSettings.MaxAttempts)];

    private static readonly string[] Times =
    [
        nameof(StreamSettings.Pace), nameof(StreamSettings.PollPeriod), nameof(StreamSettings.NudgePeriod),
        nameof(StreamSettings.MaxDeliveryTime), nameof(StreamSettings.RetryDelay),
    ];

    /// <exception cref="InvalidConfigurationException">A value cannot be run with.</exception>
    public static StreamSettings Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(StreamSettings.Section);
        Require(section, nameof(StreamSettings.Deliver), text => bool.TryParse(text, out _), "true or false");
        Require(section, nameof(StreamSettings.Partitions), text => IsCount(text, StreamSettings.MostPartitions), $"a number from 1 to {StreamSettings.MostPartitions}");
        foreach (var key in Counts)
        {
            Require(section, key, text => IsCount(text, int.MaxValue), "a number above 0");
        }

        foreach (var key in Times)
        {
            Require(section, key, IsTime, "a time above zero such as 00:00:00.100");
        }

        var settings = new StreamSettings();
        section.Bind(settings);
        return settings;
    }

    private static void Require(IConfigurationSection section, string key, Func<string, bool> holds, string takes)
    {
        if (section[key] is { } text && !holds(text))
        {
            throw new InvalidConfigurationException($"{StreamSettings.Section}:{key}", $"is '{text}'; it takes {takes}.");
        }
    }

    private static bool IsCount(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 && count <= most;

    private static bool IsTime(string text) =>
        text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero;
}
