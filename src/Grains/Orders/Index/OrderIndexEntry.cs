using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;
using Granary.Streams.Views;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// An order's row in the index: the values that lists filter and sort by. Everything else is read from the order's events, so the
/// index does not store it again.
/// </summary>
/// <param name="Total">Minor units.</param>
/// <param name="ExpiresAt">The deadline while pending; null afterwards.</param>
/// <param name="Version">The version of the order's last visible event.</param>
/// <param name="ExternalReference">The caller's own reference; null for none.</param>
/// <param name="Tracking">The tracking number; null before the order is shipped.</param>
/// <param name="Skus">See <see cref="SkusOf"/>.</param>
/// <param name="IsFilled">
/// False where a silo of release 0.1.0 has written the row, which knows nothing of the members above; it is filled soon.
/// </param>
public sealed record OrderIndexEntry(
    string OrderId,
    string UserId,
    OrderStatus Status,
    long Total,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ExpiresAt,
    long Version,
    string? ExternalReference = null,
    string? Tracking = null,
    string Skus = "",
    bool IsFilled = true)
{
    private const char Separator = '\n';

    /// <summary>The row of an order.</summary>
    public static OrderIndexEntry Of(OrderState order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return new OrderIndexEntry(
            order.Id,
            order.UserId,
            order.Status,
            order.Total,
            order.CreatedAt,
            order.UpdatedAt,
            // Release 0.1.0 decided deadlines with more digits than the journal and the table keep.
            order.Deadline?.ToWholeMicroseconds(),
            order.VisibleVersion,
            order.ExternalReference,
            order.Tracking?.Number,
            SkusOf(order.Lines.Select(line => line.Sku)));
    }

    /// <summary>SKUs as the index keeps them: each between line feeds, which no SKU contains, so that one is found in the text.</summary>
    public static string SkusOf(IEnumerable<string> skus) => Separator + string.Join(Separator, skus) + Separator;

    /// <summary>Whether the row is that of the order. A row that is not filled yet agrees where release 0.1.0 writes the same.</summary>
    /// <param name="order">The row as the order's events make it.</param>
    public bool Agrees(OrderIndexEntry order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return this == (IsFilled ? order : order with { ExternalReference = ExternalReference, Tracking = Tracking, Skus = Skus, IsFilled = false });
    }

    /// <summary>The SKUs of the order's lines.</summary>
    public IEnumerable<string> EachSku() => Skus.Split(Separator, StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A page of the index.</summary>
/// <param name="Entries">In the order of the query.</param>
/// <param name="More">Whether more entries follow.</param>
public sealed record OrderIndexPage(IReadOnlyList<OrderIndexEntry> Entries, bool More);
