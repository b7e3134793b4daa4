using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Granary.Domain.Events;

namespace Granary.Domain.Trail;

/// <summary>
/// The audit as a function of the journal: which events are entries, and what they say. Another kind of subject needs one more element of
/// <see cref="Kinds"/>; consumers, the view and the API need no change.
/// </summary>
public static class AuditTrail
{
    /// <summary>What is audited.</summary>
    public static IReadOnlyList<AuditedKind> Kinds { get; } = [ProductAudit.Kind, UserAudit.Kind, OrderAudit.Kind, ApiKeyAudit.Kind, SettingsAudit.Kind, PaymentAudit.Kind];

    /// <summary>The type of the entries about stock that was moved by hand.</summary>
    public static string StockAdjustment => ProductAudit.Adjustment;

    private static readonly FrozenDictionary<string, AuditedKind> ByType =
        Kinds.SelectMany(kind => kind.Types.Select(type => (type, kind))).ToFrozenDictionary(pair => pair.type, pair => pair.kind);

    /// <summary>Whether the audit reads events of a type.</summary>
    public static bool Reads(string type) => ByType.ContainsKey(type);

    /// <summary>What is audited of an event's stream.</summary>
    /// <param name="record">An event of a type that the audit reads.</param>
    public static AuditedKind KindOf(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return ByType[record.Type];
    }

    /// <summary>The entry that an event makes, if any, and what is known of its subject after it.</summary>
    /// <param name="before">
    /// What is known of the subject. If that is later than the event, which was set aside once, the entry does not say what was before.
    /// </param>
    /// <param name="record">An event of a type that the audit reads.</param>
    /// <exception cref="DamagedRecordException">The event cannot be read.</exception>
    public static (AuditEntry? Entry, AuditedSubject After) Apply(AuditedSubject before, JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(before);
        var isNews = record.Version > before.Version;
        var known = isNews ? before.Known : [];
        var audited = Read(before with { Known = known }, record);
        var after = isNews ? before with { Version = record.Version, Known = Merged(known, audited.Sets) } : before;
        var changed = audited.Sets.Where(value => !JsonNode.DeepEquals(known[value.Key], value.Value)).Select(value => value.Key).ToList();
        if (!audited.IsRecorded || (changed.Count == 0 && audited.Notes.Count == 0))
        {
            return (null, after);
        }

        var from = Chosen(known, changed.Where(known.ContainsKey));
        return (
            new AuditEntry(
                record.Stream,
                record.Version,
                record.Position,
                before.Name,
                record.Type,
                record.At,
                audited.By,
                from.Count == 0 ? null : from,
                Merged(Chosen(audited.Sets, changed), audited.Notes)),
            after);
    }

    private static AuditedEvent Read(AuditedSubject before, JournalRecord record)
    {
        try
        {
            return KindOf(record).Read(record, before);
        }
        catch (Exception fault) when (fault is not DamagedRecordException)
        {
            // Reading is pure, so the event is at fault.
            throw new DamagedRecordException(record, fault.Message, fault);
        }
    }

    private static JsonObject Merged(JsonObject values, JsonObject others)
    {
        var merged = (JsonObject)values.DeepClone();
        foreach (var (name, value) in others)
        {
            merged[name] = value?.DeepClone();
        }

        return merged;
    }

    private static JsonObject Chosen(JsonObject values, IEnumerable<string> names)
    {
        var chosen = new JsonObject();
        foreach (var name in names)
        {
            chosen[name] = values[name]?.DeepClone();
        }

        return chosen;
    }
}
