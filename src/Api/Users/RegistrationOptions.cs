using Granary.Hosting.Settings;

namespace Granary.Api.Users;

/// <summary>Who registers. It may change while the process runs.</summary>
/// <param name="TakesStrangers">Whether strangers do.</param>
public sealed record RegistrationOptions(bool TakesStrangers)
{
    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">The value is invalid.</exception>
    public static RegistrationOptions From(SettingsReader settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new RegistrationOptions(settings.Read(SettingKeys.TakesRegistrations));
    }
}
