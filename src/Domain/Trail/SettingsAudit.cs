using System.Text.Json.Nodes;
using Granary.Domain.Events;
using Granary.Domain.Settings;

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
            Sets = new JsonObject(e.Changes.Select(change => KeyValuePair.Create(change.Key, (JsonNode?)change.Value.To))),
            Notes = e.RolledBackTo is { } version ? new JsonObject { ["rolled_back_to"] = version } : [],
        },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not audited."),
    };
}
