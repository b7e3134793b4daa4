using System.Data.Common;
using Granary.Grains.Interfaces.Orders;
using Granary.Streams.Views;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// The statement of a list of orders. It contains only the requested filters, so that the database can choose an index that
/// already has the list's order. A page begins by key, so a later page costs the same as the first.
/// </summary>
public static class OrderIndexQuery
{
    /// <summary>The columns of an <see cref="OrderIndexEntry"/>.</summary>
    public const string Columns = "order_id, user_id, status, total, created_at, updated_at, expires_at, version";

    /// <summary>The statement and its parameters.</summary>
    public static DbCommand Command(DbConnection connection, OrderQuery query, int limit)
    {
        ArgumentNullException.ThrowIfNull(query);
        var conditions = new List<string>();
        var parameters = new List<(string, object?)>();
        Add(query.UserId, "user_id = @user", "user");
        Add((int?)query.Status, "status = @status", "status");
        Add(query.From?.ToMicroseconds(), "created_at >= @from", "from");
        Add(query.To?.ToMicroseconds(), "created_at < @to", "to");
        if (query.After is { } after)
        {
            conditions.Add("(created_at, order_id) < (@after, @id)");
            parameters.Add(("after", after.CreatedAt.ToMicroseconds()));
            parameters.Add(("id", after.OrderId));
        }

        parameters.Add(("limit", limit));
        var where = conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
        return connection.Command(
            $"SELECT {Columns} FROM order_index{where} ORDER BY created_at DESC, order_id DESC LIMIT @limit", [.. parameters]);

        void Add(object? value, string condition, string name)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                parameters.Add((name, value));
            }
        }
    }
}
