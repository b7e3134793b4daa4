using Granary.Hosting.Settings;

namespace Granary.Api.Traffic;

/// <summary>How much a caller may send. It may change while the process runs.</summary>
public sealed record RateOptions
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

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid; the message names the key.</exception>
    public static RateOptions From(SettingsReader settings)
    {
        var permits = settings.Read(SettingKeys.PermitsPerSecond);
        return new RateOptions
        {
            PermitsPerSecond = permits,
            Burst = Math.Max(1, settings.Read(SettingKeys.Burst) ?? permits * 2),
            KeyPermitsPerSecond = permits == 0 ? 0 : settings.Read(SettingKeys.KeyPermitsPerSecond),
            SearchesPerSecond = permits == 0 ? 0 : settings.Read(SettingKeys.SearchesPerSecond),
            RegistrationsPerMinute = permits == 0 ? 0 : settings.Read(SettingKeys.RegistrationsPerMinute),
        };
    }
}
