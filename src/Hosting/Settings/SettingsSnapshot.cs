using System.Collections.Frozen;

namespace Granary.Hosting.Settings;

/// <summary>Where a value that holds comes from. A later one takes precedence.</summary>
public enum SettingSource
{
    /// <summary>It is not set.</summary>
    Default,

    /// <summary>Arguments, environment or <c>appsettings.json</c>, at the start of the process.</summary>
    Configuration,

    /// <summary>A file of <c>Granary:Settings:Directory</c>.</summary>
    File,

    /// <summary>The set that administrators change.</summary>
    Table,
}

/// <summary>A value that holds.</summary>
/// <param name="Text">As an operator would write it.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record SettingInForce(string Text, SettingSource Source);

/// <summary>All settings that can change, as they hold together. It never changes: other values are another snapshot.</summary>
public sealed class SettingsSnapshot
{
    private readonly FrozenDictionary<Type, object> _parts;

    internal SettingsSnapshot(
        long version, IReadOnlyDictionary<string, SettingInForce> values, IReadOnlyDictionary<string, string> ignored, FrozenDictionary<Type, object> parts)
    {
        (Version, Values, Ignored, _parts) = (version, values, ignored, parts);
    }

    /// <summary>The version of the table in it; 0 if nothing was ever set.</summary>
    public long Version { get; }

    /// <summary>The value of every key that can change, by key.</summary>
    public IReadOnlyDictionary<string, SettingInForce> Values { get; }

    /// <summary>Why a value of the table or of a file does not hold, by key.</summary>
    public IReadOnlyDictionary<string, string> Ignored { get; }

    /// <summary>The options of a part of the process.</summary>
    public T Get<T>()
        where T : class => (T)_parts[typeof(T)];

    /// <summary>The same values, and one more problem.</summary>
    internal SettingsSnapshot WithProblem(string key, string problem) =>
        new(Version, Values, new SortedDictionary<string, string>(Ignored.ToDictionary(), StringComparer.Ordinal) { [key] = problem }, _parts);
}
