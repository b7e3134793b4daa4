namespace Granary.Hosting.Settings;

/// <summary>The configuration cannot be run with. The message is for the operator: it names the key and what it takes.</summary>
public sealed class InvalidConfigurationException(string key, string problem) : Exception($"Configuration: {key} {problem}")
{
    /// <summary>The configuration key, such as <c>Granary:Storage</c>.</summary>
    public string Key { get; } = key;
}
