using System.Data.Common;
using Granary.Grains.Interfaces.Orders;
using Granary.Streams.Views;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// The statement of a list of orders. One filter chooses the index that is read, the most selective one that was asked for, and the rows
/// come in the index's order or are few enough to sort. For SQLite, which knows nothing of how often a value occurs, the other filters are
/// written so that it cannot prefer their index. A page begins by key, so a later page costs the same as the first.
/// </summary>
public static class OrderIndexQuery
{
    /// <summary>The columns of an <see cref="OrderIndexEntry"/>.</summary>
    public const string Columns =
        "o.order_id, o.user_id, o.status, o.total, o.created_at, o.updated_at, o.expires_at, o.version, o.external_reference, o.tracking, o.skus, o.filled_version";

    /// <summary>
    /// A lateral join with a limit is an index look-up for each line; without it the planner may choose to read all orders. SQLite keeps
    /// the order of the tables of a <c>CROSS JOIN</c>.
    /// </summary>
    private const string OrderOfLine = "SELECT * FROM order_index WHERE order_id = l.order_id";

    /// <summary>The statement and its parameters.</summary>
    public static DbCommand Command(DbConnection connection, SqlDialect dialect, OrderQuery query, int limit)
    {
        ArgumentNullException.ThrowIfNull(query);
        var driver = DriverOf(query);
        var byLine = driver == Driver.Sku;
        var conditions = new List<string>();
        var parameters = new List<(string, object?)>();
        Add(query.ExternalReference, "o.external_reference = @reference", "reference");
        Add(query.Tracking, $"{Text("o.tracking", Driver.Tracking)} = @tracking", "tracking");
        Add(query.UserId, $"{Text("o.user_id", Driver.User)} = @user", "user");
        Add((int?)query.Status, $"{Number("o.status", Driver.Status)} = @status", "status");
        Add(query.UpdatedSince?.ToMicroseconds(), $"{Number("o.updated_at", Driver.Updated)} >= @since", "since");
        Add(query.Sku, byLine ? "l.sku = @sku" : null, "sku");
        Add(query.Sku is null ? null : OrderIndexEntry.SkusOf([query.Sku]), "replace(o.skus, @line, '') <> o.skus", "line");

        var (time, id) = query.IsByChange ? (Number("o.updated_at", Driver.Updated), "o.order_id")
            : byLine ? ("l.created_at", "l.order_id") : ("o.created_at", "o.order_id");
        var placed = byLine ? "l.created_at" : driver == Driver.Updated ? Number("o.created_at", Driver.Placed) : "o.created_at";
        Add(query.From?.ToMicroseconds(), $"{placed} >= @from", "from");
        Add(query.To?.ToMicroseconds(), $"{placed} < @to", "to");
        if (query.After is { } after)
        {
            conditions.Add($"({time}, {id}) {(query.OldestFirst ? ">" : "<")} (@after, @id)");
            parameters.Add(("after", after.CreatedAt.ToMicroseconds()));
            parameters.Add(("id", after.OrderId));
        }

        parameters.Add(("limit", limit));
        var tables = !byLine ? "order_index o"
            : dialect == SqlDialect.PostgreSql ? $"order_index_line l CROSS JOIN LATERAL ({OrderOfLine} LIMIT 1) o"
            : "order_index_line l CROSS JOIN order_index o ON o.order_id = l.order_id";
        var where = conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
        var direction = query.OldestFirst ? "ASC" : "DESC";
        return connection.Command(
            $"SELECT {Columns} FROM {tables}{where} ORDER BY {time} {direction}, {id} {direction} LIMIT @limit", [.. parameters]);

        // An expression keeps SQLite from the column's index; PostgreSQL knows how often a value occurs.
        string Text(string column, Driver own) => driver == own || dialect == SqlDialect.PostgreSql ? column : column + " || ''";
        string Number(string column, Driver own) => driver == own || dialect == SqlDialect.PostgreSql ? column : column + " + 0";
        void Add(object? value, string? condition, string name)
        {
            if (value is not null && condition is not null)
            {
                conditions.Add(condition);
                parameters.Add((name, value));
            }
        }
    }

    /// <summary>
    /// The filter whose index is read. A reference and a tracking number name few orders; a user has few compared with a SKU; what
    /// changed lately is little, and a list of changes is sorted by them.
    /// </summary>
    private static Driver DriverOf(OrderQuery query) =>
        query.ExternalReference is not null ? Driver.Reference
        : query.Tracking is not null ? Driver.Tracking
        : query.UserId is not null ? Driver.User
        : query.IsByChange ? Driver.Updated
        : query.Sku is not null ? Driver.Sku
        : query.Status is not null ? Driver.Status
        : Driver.Placed;

    private enum Driver
    {
        Reference,
        Tracking,
        User,
        Updated,
        Sku,
        Status,
        Placed,
    }
}
