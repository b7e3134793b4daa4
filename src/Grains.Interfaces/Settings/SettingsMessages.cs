namespace Granary.Grains.Interfaces.Settings;

/// <summary>Changes values, all or none.</summary>
/// <param name="Values">The new value by key, as an operator would write it; null takes the key out of the set.</param>
/// <param name="By">The administrator.</param>
/// <param name="Condition">The versions that it may change; null for any.</param>
[GenerateSerializer, Immutable, Alias("granary.change-settings")]
public sealed record ChangeSettings(
    [property: Id(0)] IReadOnlyDictionary<string, string?> Values,
    [property: Id(1)] string By,
    [property: Id(2)] Precondition? Condition = null) : IRepeatable
{
    /// <summary>All variants, instead of those that there are; null leaves them as they are.</summary>
    [Id(3)] public IReadOnlyList<SettingsVariant>? Variants { get; init; }

    /// <inheritdoc/>
    public bool IsRepeatable => Condition?.NamesVersions != true;
}

/// <summary>Makes the values of an earlier version a new version.</summary>
/// <param name="Version">The earlier version; 0 is the empty set.</param>
/// <param name="By">The administrator.</param>
/// <param name="Condition">The versions that it may change; null for any.</param>
[GenerateSerializer, Immutable, Alias("granary.roll-back-settings")]
public sealed record RollBackSettings(
    [property: Id(0)] long Version,
    [property: Id(1)] string By,
    [property: Id(2)] Precondition? Condition = null) : IRepeatable
{
    /// <inheritdoc/>
    public bool IsRepeatable => Condition?.NamesVersions != true;
}

/// <summary>The values that are set, and no others.</summary>
/// <param name="Version">Grows by one with every change; 0 before the first.</param>
/// <param name="Values">The value by key, as an operator would write it.</param>
[GenerateSerializer, Immutable, Alias("granary.settings-set")]
public sealed record SettingsSet(
    [property: Id(0)] long Version,
    [property: Id(1)] IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The variants, the one that decides first before the others.</summary>
    [Id(2)] public IReadOnlyList<SettingsVariant> Variants { get; init; } = [];

    /// <summary>The version that has changed the variants last; 0 if none has.</summary>
    [Id(3)] public long VariantsSince { get; init; }
}

/// <summary>The set after a change, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("granary.settings-reply")]
public sealed record SettingsReply([property: Id(0)] SettingsSet? Set, [property: Id(1)] Refusal? Refusal = null);

/// <summary>One change of the set.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="Changes">What it changed, by key.</param>
/// <param name="RolledBackTo">The earlier version whose values it restored; null for a change by value.</param>
[GenerateSerializer, Immutable, Alias("granary.settings-version")]
public sealed record SettingsVersion(
    [property: Id(0)] long Version,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string By,
    [property: Id(3)] IReadOnlyDictionary<string, SettingChange> Changes,
    [property: Id(4)] long? RolledBackTo = null)
{
    /// <summary>From which variants to which; null where they stayed.</summary>
    [Id(5)] public VariantsChange? Variants { get; init; }
}

/// <summary>From what to what a value was changed; null is not set.</summary>
[GenerateSerializer, Immutable, Alias("granary.setting-change")]
public sealed record SettingChange([property: Id(0)] string? From, [property: Id(1)] string? To);

/// <summary>A key holds from the start of a process to its end.</summary>
/// <param name="Key">The key.</param>
/// <param name="Reason">Why, where it is not so in every process.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.not-reloadable")]
public sealed record NotReloadable([property: Id(0)] string Key, [property: Id(1)] string? Reason = null) : Refusal;

/// <summary>Keys that do not exist, or do not take their values.</summary>
/// <param name="Faults">What is wrong, by key.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.invalid-settings")]
public sealed record InvalidSettings([property: Id(0)] IReadOnlyDictionary<string, string> Faults) : Refusal;
