using Granary.Hosting.Settings;

namespace Granary.Api.Traffic;

/// <summary>The bounds on accepted work. They may change while the process runs; docs/overload.md explains how they were chosen.</summary>
/// <param name="MaxConcurrent">Maximum number of requests executing at a time; 0 for no limit.</param>
/// <param name="MaxQueued">Maximum number of waiting requests, whatever their expected wait: a bound on memory.</param>
/// <param name="MaxWait">The expected wait beyond which a request is shed instead of being queued.</param>
public sealed record AdmissionOptions(int MaxConcurrent, int MaxQueued, TimeSpan MaxWait)
{
    /// <summary>Reads the bounds.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid; the message names the key.</exception>
    public static AdmissionOptions From(SettingsReader settings) => new(
        settings.Read(SettingKeys.MaxConcurrent), settings.Read(SettingKeys.MaxQueued), settings.Read(SettingKeys.MaxWait));
}
