using System.Collections.Immutable;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Domain.Settings;

/// <summary>The settings that are set, as their events have made them.</summary>
public sealed record SettingsState : IAggregate<SettingsState, SettingsEvent>
{
    public required string Key { get; init; }

    public long Version { get; init; }

    /// <summary>The values by key.</summary>
    public ImmutableSortedDictionary<string, string> Values { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The variants, the one that decides first before the others.</summary>
    public ImmutableArray<SettingsVariant> Variants { get; init; } = [];

    /// <summary>The version that has changed the variants last.</summary>
    public long VariantsSince { get; init; }

    /// <inheritdoc/>
    public static EventCodec<SettingsEvent> Codec => SettingsEvent.Codec;

    /// <inheritdoc/>
    public static SettingsState Initial(string key) => new() { Key = key };

    /// <inheritdoc/>
    public static string StreamOf(string key) => JournalStream.OfSettings(key);

    /// <inheritdoc/>
    public SettingsState Apply(SettingsEvent domainEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        return domainEvent switch
        {
            SettingsChanged e => this with
            {
                Version = Version + 1,
                Values = With(e.Changes.Select(change => (change.Key, change.Value.To))),
                Variants = e.Variants is { } variants ? [.. variants.To] : Variants,
                VariantsSince = e.Variants is null ? VariantsSince : Version + 1,
            },
            _ => throw new InvalidOperationException($"The settings have no event {domainEvent.GetType().Name}."),
        };
    }

    /// <summary>The values after a change; a key that becomes null is not set any more.</summary>
    public ImmutableSortedDictionary<string, string> With(IEnumerable<(string Key, string? Value)> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var values = Values.ToBuilder();
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                values.Remove(key);
            }
            else
            {
                values[key] = value;
            }
        }

        return values.ToImmutable();
    }

    /// <summary>What processes follow.</summary>
    public SettingsSet ToSet() => new(Version, Values.ToDictionary(StringComparer.Ordinal)) { Variants = Variants, VariantsSince = VariantsSince };
}
