namespace Granary.Hosting.Settings;

/// <summary>The configuration is invalid. The message is for the operator: it names the key and what it takes.</summary>
public sealed class InvalidConfigurationException : Exception
{
    /// <summary>A key has a value that it does not take, or lacks one.</summary>
    public InvalidConfigurationException(SettingKey key, string problem)
        : this((key ?? throw new ArgumentNullException(nameof(key))).Name, problem)
    {
    }

    /// <summary>There is no such key.</summary>
    internal InvalidConfigurationException(string key, string problem)
        : base($"Configuration: {key} {problem}") => Key = key;

    /// <summary>The configuration key, such as <c>Granary:Storage</c>.</summary>
    public string Key { get; }
}
