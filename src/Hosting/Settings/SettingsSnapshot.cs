using System.Collections.Frozen;
using Granary.Domain.Settings;
using Granary.Grains.Interfaces.Settings;

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
public sealed record SettingsSnapshot
{
    private readonly FrozenDictionary<Type, object> _parts;
    private readonly FrozenDictionary<string, FrozenDictionary<Type, object>> _partsUnder;

    /// <param name="parts">The options of the parts of the process, by type.</param>
    /// <param name="partsUnder">The same under each variant that is not off.</param>
    internal SettingsSnapshot(FrozenDictionary<Type, object> parts, FrozenDictionary<string, FrozenDictionary<Type, object>> partsUnder) =>
        (_parts, _partsUnder) = (parts, partsUnder);

    /// <summary>The version of the table in it; 0 if nothing was ever set.</summary>
    public required long Version { get; init; }

    /// <summary>The value of every key that can change, by key.</summary>
    public required IReadOnlyDictionary<string, SettingInForce> Values { get; init; }

    /// <summary>Why a value of the table or of a file does not hold, by key.</summary>
    public required IReadOnlyDictionary<string, string> Ignored { get; init; }

    /// <summary>The variants, the one that decides first before the others.</summary>
    public required IReadOnlyList<SettingsVariant> Variants { get; init; }

    /// <summary>The version of the table that has changed the variants last.</summary>
    public required long VariantsSince { get; init; }

    /// <summary>The options of a part of the process.</summary>
    /// <param name="variant">The variant of the request or the order; null for none.</param>
    public T Get<T>(string? variant = null)
        where T : class => (T)(variant is not null && _partsUnder.TryGetValue(variant, out var parts) ? parts : _parts)[typeof(T)];

    /// <summary>Whether a variant has a value of its own for a key; without one, what a process was started with may differ from others.</summary>
    /// <param name="variant">The variant of the request or the order; null for none.</param>
    /// <param name="key">The key.</param>
    public bool IsSetBy(string? variant, SettingKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return variant is not null && Variants.Any(known => known.Name == variant && known.Values.ContainsKey(key.Name));
    }

    /// <inheritdoc cref="VariantChoice.Of"/>
    public string? VariantOf(string? userId, Func<VariantHeader, bool> hasHeader) =>
        _partsUnder.Count == 0 ? null : VariantChoice.Of(Variants, userId, hasHeader)?.Name;

    /// <summary>The same values, and one more problem.</summary>
    internal SettingsSnapshot WithProblem(string key, string problem) =>
        this with { Ignored = new SortedDictionary<string, string>(Ignored.ToDictionary(), StringComparer.Ordinal) { [key] = problem } };
}
