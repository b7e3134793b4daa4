namespace Granary.Hosting.Settings;

/// <summary>The configuration is invalid. The message is for the operator: it names the key and what it takes.</summary>
public sealed class InvalidConfigurationException(SettingKey key, string problem) : Exception($"Configuration: {key} {problem}")
{
    /// <summary>The configuration key, such as <c>Granary:Storage</c>.</summary>
    public string Key { get; } = key.Name;
}
