using System.Globalization;

namespace Granary.Hosting.Settings;

/// <summary>
/// Reads the configuration, and nothing else does: each key by its own rule, and a value that breaks it with the same message. A key
/// that is set to nothing counts as not set.
/// </summary>
public sealed class SettingsReader(IConfiguration configuration)
{
    /// <summary>
    /// What the name of a secret ends with where the value is the path of a file that holds it: a file has permissions, while arguments
    /// and variables of a process can be listed.
    /// </summary>
    public const string FileSuffix = "File";

    private const string OwnSection = "Granary";

    /// <summary>The value of a key, or what holds without one.</summary>
    /// <exception cref="InvalidConfigurationException">The key does not take its value.</exception>
    public T Read<T>(SettingKey<T> key) => Text(key) is { } text ? key.Parse(text) : key.Fallback;

    /// <summary>The value of a key that must be set.</summary>
    /// <param name="key">The key.</param>
    /// <param name="when">When it must be set, for the message: "where …".</param>
    /// <exception cref="InvalidConfigurationException">The key is not set, or does not take its value.</exception>
    public T Require<T>(SettingKey<T> key, string when) =>
        Text(key) is { } text ? key.Parse(text) : throw new InvalidConfigurationException(key, $"is missing; {when} it takes {key.Takes}.");

    /// <summary>Whether a key has a value.</summary>
    public bool IsSet(SettingKey key) => Text(key) is not null;

    /// <summary>
    /// Refuses a key of the product's own section that the product does not have, wherever it was set: a misspelt key would leave
    /// another value in force than its operator believes.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">There is such a key; the message names the nearest one.</exception>
    public void RefuseUnknown()
    {
        foreach (var name in NamesBelow(configuration.GetSection(OwnSection)).Where(name => !IsKnown(name)))
        {
            throw new InvalidConfigurationException(name, $"is no setting.{Suggestion(name)}");
        }
    }

    private static IEnumerable<string> NamesBelow(IConfigurationSection section) => section.GetChildren().SelectMany(child =>
        child.Value is not null || !child.GetChildren().Any() ? NamesBelow(child).Prepend(child.Path) : NamesBelow(child));

    private static bool IsKnown(string name) => SettingKeys.All.Any(key =>
        name.Equals(key.Name, StringComparison.OrdinalIgnoreCase)
        || (key.IsSecret && name.Equals(key.Name + FileSuffix, StringComparison.OrdinalIgnoreCase))
        || (key.IsList && name.StartsWith(key.Name + ":", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(name.AsSpan(key.Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)));

    /// <summary>
    /// The key that may be meant: one that differs in a few letters, one that has no further part, or one of another section with the
    /// same last word.
    /// </summary>
    internal static string Suggestion(string name)
    {
        var known = SettingKeys.All.Select(key => key.Name).ToList();

        // As it is written in the environment and as the name of a file.
        var meant = name.Replace("__", ":", StringComparison.Ordinal);
        var word = ":" + meant[(meant.LastIndexOf(':') + 1)..];
        return NearestName.Suggestion(meant, known) is { Length: > 0 } near ? near
            : known.Find(key => meant.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase) || key.EndsWith(word, StringComparison.OrdinalIgnoreCase))
                is { } elsewhere ? $" Did you mean {elsewhere}?"
            : "";
    }

    private string? Text(SettingKey key)
    {
        var path = key.IsSecret ? configuration[key.Name + FileSuffix] : null;
        if (configuration[key.Name] is { Length: > 0 } text)
        {
            return string.IsNullOrEmpty(path) ? text
                : throw new InvalidConfigurationException(key.Name + FileSuffix, $"is set, and so is {key.Name}: one of them must go.");
        }

        if (!string.IsNullOrEmpty(path))
        {
            return SecretOf(key, path);
        }

        // The array form of configuration files.
        var items = key.IsList ? configuration.GetSection(key.Name).GetChildren().Where(item => item.Value is not null).ToList() : [];
        return items.Count == 0 ? null
            : key.IsNumbered ? NumberedOf(key, items)
            : string.Join(key.Separator, items.Select(item => item.Value));
    }

    /// <summary>The items of an array whose places count; one that is left out at the beginning is empty.</summary>
    private static string NumberedOf(SettingKey key, List<IConfigurationSection> items)
    {
        var first = items[0].Key == "0" ? 0 : 1;
        foreach (var (place, item) in items.Index())
        {
            if (item.Key != (first + place).ToString(CultureInfo.InvariantCulture))
            {
                throw new InvalidConfigurationException($"{key.Name}:{item.Key}", $"is set, and {key.Name}:{first + place} is not.");
            }
        }

        return string.Join(key.Separator, items.Select(item => item.Value).Prepend("").Skip(1 - first));
    }

    /// <summary>The content of a secret's file, without the end of its line.</summary>
    private static string SecretOf(SettingKey key, string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n') is { Length: > 0 } secret ? secret
                : throw new InvalidConfigurationException(key.Name + FileSuffix, $"names {path}, which is empty.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(key.Name + FileSuffix, $"names {path}, which cannot be read: {fault.Message}");
        }
    }
}

/// <summary>Gives a program under construction its settings.</summary>
public static class SettingsOfBuilder
{
    /// <summary>The settings that the program is started with.</summary>
    public static SettingsReader Settings(this IHostApplicationBuilder builder) => new(builder.Configuration);
}
