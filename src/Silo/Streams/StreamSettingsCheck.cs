using System.Globalization;
using Granary.Hosting;

namespace Granary.Streams;

/// <summary>Stops the start where a setting of the streams cannot be run with, and names it.</summary>
internal static class StreamSettingsCheck
{
    private static readonly string[] Counts = [nameof(StreamSettings.TailLength), nameof(StreamSettings.BatchLength), nameof(StreamSettings.MaxAttempts)];

    private static readonly string[] Times =
    [
        nameof(StreamSettings.Pace), nameof(StreamSettings.PollPeriod), nameof(StreamSettings.NudgePeriod),
        nameof(StreamSettings.MaxDeliveryTime), nameof(StreamSettings.RetryDelay),
    ];

    /// <exception cref="InvalidConfigurationException">A value cannot be run with.</exception>
    public static void Run(IConfigurationSection section)
    {
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
