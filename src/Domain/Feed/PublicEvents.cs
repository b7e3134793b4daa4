using System.Collections.Frozen;
using Granary.Domain.ApiKeys;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Settings;
using Granary.Domain.Stock;
using Granary.Domain.Users;

namespace Granary.Domain.Feed;

/// <summary>
/// The events that machines outside may read: from the feed and by webhook. This is the only place that says which; the others are
/// steps of Granary's own work, or about people and secrets.
/// </summary>
public static class PublicEvents
{
    // What a stream is about, all its events, and the public ones among them. A kind without public events has none in later releases
    // either, as far as this one is concerned.
    private static readonly (StreamKind Kind, IEnumerable<string> All, IEnumerable<string> Public)[] Kinds =
    [
        (StreamKind.Order, OrderEvent.Codec.Names, OrderEvent.PublicNames),
        (StreamKind.Stock, StockEvent.Codec.Names, StockEvent.PublicNames),
        (StreamKind.StockAlert, StockAlert.Codec.Names, StockAlert.Codec.Names),
        (StreamKind.User, UserEvent.Codec.Names, []),
        (StreamKind.ApiKeys, ApiKeyEvent.Codec.Names, []),
        (StreamKind.Reference, ReferenceEvent.Codec.Names, []),
        (StreamKind.Settings, SettingsEvent.Codec.Names, []),
        (StreamKind.Payment, PaymentEvent.Codec.Names, PaymentEvent.PublicNames),
    ];

    private static readonly FrozenSet<string> Known = Kinds.SelectMany(kind => kind.All).ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string> Public = Kinds.SelectMany(kind => kind.Public).ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<StreamKind> Private = Kinds.Where(kind => !kind.Public.Any()).Select(kind => kind.Kind).ToFrozenSet();

    /// <summary>The names of the public events.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Kinds.SelectMany(kind => kind.Public)];

    /// <summary>Whether readers get an event of this name with its data.</summary>
    public static bool Has(string type) => Public.Contains(type);

    /// <summary>
    /// Whether the feed has a record: a public event, or one that this program does not know. A newer release may have written it, and
    /// a reader must not miss it because a front end was replaced late; the feed has it without its data.
    /// </summary>
    public static bool IsShown(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Public.Contains(record.Type)
            || (!Known.Contains(record.Type) && !(JournalStream.KindOf(record.Stream) is { } kind && Private.Contains(kind)));
    }
}
