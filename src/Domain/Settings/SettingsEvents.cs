using System.Text.Json.Serialization;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Domain.Settings;

/// <summary>What happened to the settings that change while the cluster runs.</summary>
public abstract record SettingsEvent
{
    /// <summary>How these events are written in the journal.</summary>
    public static EventCodec<SettingsEvent> Codec { get; } = new EventCodec<SettingsEvent>()
        .Add("settings.changed", SettingsEventJson.Default.SettingsChanged);
}

/// <summary>Values were changed, all at once.</summary>
/// <param name="Changes">From what to what, by key; null is not set.</param>
/// <param name="RolledBackTo">The earlier version whose values were restored; null for a change by value.</param>
/// <param name="Variants">From which variants to which; null where they stayed.</param>
public sealed record SettingsChanged(
    string By, IReadOnlyDictionary<string, SettingChange> Changes, long? RolledBackTo = null, VariantsChange? Variants = null) : SettingsEvent;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SettingsChanged))]
[JsonSerializable(typeof(SettingsVariant))]
internal sealed partial class SettingsEventJson : JsonSerializerContext;
