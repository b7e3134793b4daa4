namespace Granary.Grains.Interfaces.Settings;

/// <summary>
/// Values that hold for some requests, and for the orders that these place, instead of those of all. Two are equal when they say the same.
/// </summary>
[GenerateSerializer, Immutable, Alias("granary.settings-variant")]
public sealed record SettingsVariant
{
    /// <summary>The name in a <see cref="VariantTally"/> for callers without a variant.</summary>
    public const string None = "";

    /// <summary>Unique in the set; the name that orders and metrics carry.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>The header that a request must have; null for any request.</summary>
    [Id(1)] public VariantHeader? Header { get; init; }

    /// <summary>The share of users, 0 to 100, with at most two decimals; null for all.</summary>
    [Id(2)] public decimal? Percent { get; init; }

    /// <summary>The values by key, as an operator would write them.</summary>
    [Id(3)] public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>It is kept, and decides no request.</summary>
    [Id(4)] public bool IsOff { get; init; }

    /// <summary>Why it is off; null where nobody said.</summary>
    [Id(5)] public string? Reason { get; init; }

    /// <inheritdoc/>
    public bool Equals(SettingsVariant? other) =>
        other is not null
        && (Name, Header, Percent, IsOff, Reason) == (other.Name, other.Header, other.Percent, other.IsOff, other.Reason)
        && Values.Count == other.Values.Count
        && Values.All(value => other.Values.TryGetValue(value.Key, out var text) && text == value.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Header, Percent, IsOff, Reason, Values.Count);
}

/// <summary>A header of a request.</summary>
/// <param name="Name">Its name; case does not matter.</param>
/// <param name="Value">Its whole value; case matters.</param>
[GenerateSerializer, Immutable, Alias("granary.variant-header")]
public sealed record VariantHeader([property: Id(0)] string Name, [property: Id(1)] string Value);

/// <summary>From which variants to which the set was changed.</summary>
[GenerateSerializer, Immutable, Alias("granary.variants-change")]
public sealed record VariantsChange([property: Id(0)] IReadOnlyList<SettingsVariant> From, [property: Id(1)] IReadOnlyList<SettingsVariant> To);

/// <summary>What a front end has answered under variants during the last minute.</summary>
/// <param name="FrontEnd">The process.</param>
/// <param name="VariantsSince">The <see cref="SettingsSet.VariantsSince"/> that it obeyed meanwhile.</param>
/// <param name="Tallies">One for each variant that had a request.</param>
[GenerateSerializer, Immutable, Alias("granary.variant-report")]
public sealed record VariantReport(
    [property: Id(0)] string FrontEnd, [property: Id(1)] long VariantsSince, [property: Id(2)] IReadOnlyList<VariantTally> Tallies);

/// <summary>What was answered under a variant.</summary>
/// <param name="Name">The variant.</param>
/// <param name="Requests">The requests.</param>
/// <param name="Failures">Those of them that were answered 5xx.</param>
[GenerateSerializer, Immutable, Alias("granary.variant-tally")]
public sealed record VariantTally([property: Id(0)] string Name, [property: Id(1)] long Requests, [property: Id(2)] long Failures);
