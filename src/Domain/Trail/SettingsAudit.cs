using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Domain.Events;
using Granary.Domain.Settings;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Domain.Trail;

/// <summary>What is audited of the settings that change while the cluster runs: every change, with the values before and after.</summary>
internal static class SettingsAudit
{
    public static AuditedKind Kind { get; } = new(
        StreamKind.Settings,
        JournalStream.OfSettings(""),
        [SettingsEvent.Codec.NameOf<SettingsChanged>()],
        (record, _) => Read(SettingsEvent.Codec.Decode(record)));

    private static AuditedEvent Read(SettingsEvent happened) => happened switch
    {
        SettingsChanged e => new(e.By)
        {
            Sets = new JsonObject(e.Changes.Select(change => KeyValuePair.Create(change.Key, (JsonNode?)change.Value.To)).Concat(SetsOf(e.Variants))),
            Notes = e.RolledBackTo is { } version ? new JsonObject { ["rolled_back_to"] = version } : [],
        },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not audited."),
    };

    /// <summary>The names in the order in which they decide, and every variant that was added, changed or removed.</summary>
    private static IEnumerable<KeyValuePair<string, JsonNode?>> SetsOf(VariantsChange? variants) => variants is null ? [] :
    [
        KeyValuePair.Create("variants", (JsonNode?)new JsonArray([.. variants.To.Select(variant => (JsonNode?)variant.Name)])),
        .. variants.From.Select(variant => variant.Name).Except(variants.To.Select(variant => variant.Name))
            .Select(name => KeyValuePair.Create("variants." + name, (JsonNode?)null)),
        .. variants.To.Except(variants.From)
            .Select(variant => KeyValuePair.Create("variants." + variant.Name, JsonSerializer.SerializeToNode(variant, SettingsEventJson.Default.SettingsVariant))),
    ];
}
