namespace Granary.Hosting.Settings;

/// <summary>The configuration is invalid. The message is for the operator: it names the key and what it takes.</summary>
public sealed class InvalidConfigurationException(string key, string problem) : Exception($"Configuration: {key} {problem}")
{
    /// <param name="key">The key.</param>
    /// <param name="problem">What is wrong with its value.</param>
    public InvalidConfigurationException(SettingKey key, string problem)
        : this(Name(key), problem)
    {
    }

    /// <summary>The configuration key, such as <c>Granary:Storage</c>.</summary>
    public string Key { get; } = key;

    /// <summary>What is wrong with the value, as it follows the key in a sentence.</summary>
    public string Problem { get; } = problem;

    private static string Name(SettingKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Name;
    }
}
