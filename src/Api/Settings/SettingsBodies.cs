using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Granary.Api.Docs;
using Granary.Grains.Interfaces.Settings;
using Granary.Hosting.Settings;

namespace Granary.Api.Settings;

/// <summary>The body of <c>PUT /settings</c>.</summary>
public sealed record ChangeSettingsRequest
{
    /// <summary>
    /// The new value by key: a text as the configuration takes it, or a number or a boolean; null takes the key out of the table, so that
    /// what the process was started with holds again.
    /// </summary>
    [Required]
    public IReadOnlyDictionary<string, JsonElement>? Values { get; init; }

    /// <summary>All variants, in the order in which they decide, instead of those that there are. Without it they stay.</summary>
    public IReadOnlyList<VariantRequest?>? Variants { get; init; }
}

/// <summary>The body of <c>POST /settings/rollback</c>.</summary>
public sealed record RollBackSettingsRequest
{
    /// <summary>The earlier version whose values are set again; 0 empties the table.</summary>
    [Required]
    public long? Version { get; init; }
}

/// <summary>The settings that can change while the product runs.</summary>
/// <param name="Version">Grows by one with every change; 0 before the first.</param>
/// <param name="Values">Every such setting, by key.</param>
/// <param name="Variants">The variants, in the order in which they decide.</param>
public sealed record SettingsBody(long Version, IReadOnlyDictionary<string, SettingBody> Values, IReadOnlyList<VariantBody> Variants)
{
    /// <summary>Converts what holds to its body.</summary>
    public static SettingsBody From(SettingsSnapshot settings) => new(
        settings.Version,
        SettingKeys.All.Where(key => key.IsLive).ToDictionary(key => key.Name, key => SettingBody.From(settings.Values[key.Name], key)),
        [.. settings.Variants.Select(VariantBody.From)]);
}

/// <summary>A setting.</summary>
/// <param name="Value">What holds.</param>
/// <param name="Default">What holds where it is not set.</param>
/// <param name="Source">Where the value comes from; <c>table</c> over <c>file</c> over <c>configuration</c> over <c>default</c>.</param>
/// <param name="Meaning">What it is for, in one line.</param>
/// <param name="Takes">The values that it takes.</param>
/// <param name="Choices">The values to choose from; absent where there are more than a few.</param>
/// <param name="InVariants">Whether a variant can have a value of its own.</param>
public sealed record SettingBody(
    string Value,
    string Default,
    [property: Choices(typeof(SettingSource))] string Source,
    string Meaning,
    string Takes,
    bool InVariants,
    IReadOnlyList<string>? Choices = null)
{
    /// <summary>Converts a value to its body.</summary>
    public static SettingBody From(SettingInForce setting, SettingKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(
            setting.Text, key.Default, Grains.Interfaces.Words.Of(setting.Source), key.Meaning, key.Takes, key.IsOfRequest,
            key.Choices.Count > 0 ? key.Choices : null);
    }
}

/// <summary>A page of the history.</summary>
/// <param name="Data">Newest first.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record SettingsHistoryBody(IReadOnlyList<SettingsVersionBody> Data, string? NextCursor = null);

/// <summary>One change of the settings.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="By">The id of the administrator; <c>system</c> where a variant was turned off because it failed.</param>
/// <param name="Changes">What it changed, by key.</param>
/// <param name="RolledBackTo">The earlier version whose values it set again; absent for a change by value.</param>
/// <param name="Variants">From which variants to which; absent where they stayed.</param>
public sealed record SettingsVersionBody(
    long Version,
    DateTime At,
    string By,
    IReadOnlyDictionary<string, SettingChangeBody> Changes,
    long? RolledBackTo = null,
    VariantsChangeBody? Variants = null)
{
    /// <summary>Converts a change to its body.</summary>
    public static SettingsVersionBody From(SettingsVersion version) => new(
        version.Version,
        version.At.UtcDateTime,
        version.By,
        version.Changes.ToDictionary(change => change.Key, change => new SettingChangeBody(change.Value.From, change.Value.To)),
        version.RolledBackTo,
        version.Variants is { } variants ? VariantsChangeBody.Of(variants) : null);
}

/// <summary>From what to what a setting was changed.</summary>
/// <param name="From">The value in the table before; absent if it had none.</param>
/// <param name="To">The value in the table after; absent if it has none.</param>
public sealed record SettingChangeBody(string? From = null, string? To = null);
