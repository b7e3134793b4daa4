using System.Data.Common;
using Granary.Views;
using Npgsql;

namespace Granary.Orders;

/// <summary>The table of orders that lists and deadlines are read from. Derived from the journal; a newer version always wins.</summary>
public sealed class OrderIndex(IViewDatabase database)
{
    private const string Upsert = """
        INSERT INTO order_index (order_id, user_id, status, total, created_at, updated_at, expires_at, version, document)
        """;

    private const string Renew = """
        ON CONFLICT (order_id) DO UPDATE SET
            user_id = excluded.user_id, status = excluded.status, total = excluded.total, created_at = excluded.created_at,
            updated_at = excluded.updated_at, expires_at = excluded.expires_at, version = excluded.version, document = excluded.document
        WHERE order_index.version <= excluded.version
        """;

    private static readonly string[] Columns = ["id", "user", "status", "total", "created", "updated", "expires", "version", "document"];

    /// <summary>Finds orders that are due; <see cref="DueAsync"/> runs it, and a test looks at its plan.</summary>
    public const string Due =
        "SELECT order_id FROM order_index WHERE expires_at IS NOT NULL AND expires_at <= @now ORDER BY expires_at LIMIT @limit";

    /// <summary>Enters or renews orders. Repeating it changes nothing.</summary>
    public Task UpsertAsync(IReadOnlyList<Order> orders, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, cancellation) => connection is NpgsqlConnection npgsql
            ? UpsertAllAsync(npgsql, orders, cancellation)
            : UpsertEachAsync(connection, orders, cancellation),
        cancellationToken);

    /// <summary>A page of orders, newest first, and whether others follow.</summary>
    public Task<OrderPage> ListAsync(OrderQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) =>
        {
            // One more than the page tells whether there is another.
            var rows = await OrderIndexQuery.Command(connection, query, query.Limit + 1)
                .QueryAsync(row => OrderDocument.Read(row.GetFieldValue<byte[]>(0)), cancellation);
            return new OrderPage([.. rows.Take(query.Limit)], rows.Count > query.Limit);
        },
        cancellationToken);

    /// <summary>Pending orders whose deadline has passed, the longest overdue first.</summary>
    public Task<IReadOnlyList<string>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<string>)await connection
            .Command(Due, ("now", now.ToMicroseconds()), ("limit", limit))
            .QueryAsync(row => row.GetString(0), cancellation),
        cancellationToken);

    /// <summary>The orders with these ids as the index has them.</summary>
    public Task<IReadOnlyList<Order>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) =>
        {
            var orders = new List<Order>();
            foreach (var id in ids)
            {
                orders.AddRange(await connection.Command("SELECT document FROM order_index WHERE order_id = @id", ("id", id))
                    .QueryAsync(row => OrderDocument.Read(row.GetFieldValue<byte[]>(0)), cancellation));
            }

            return (IReadOnlyList<Order>)orders;
        },
        cancellationToken);

    /// <summary>Ids in the index in their own order, after one of them.</summary>
    public Task<IReadOnlyList<string>> ReadIdsAsync(string after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<string>)await connection
            .Command("SELECT order_id FROM order_index WHERE order_id > @after ORDER BY order_id LIMIT @limit", ("after", after), ("limit", limit))
            .QueryAsync(row => row.GetString(0), cancellation),
        cancellationToken);

    /// <summary>Takes orders out that the journal does not know.</summary>
    public Task RemoveAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            foreach (var id in ids)
            {
                await connection.Command("DELETE FROM order_index WHERE order_id = @id", ("id", id)).ExecuteAsync(cancellation);
            }

            return ids.Count;
        },
        cancellationToken);

    /// <summary>One statement for all rows: what costs most in PostgreSQL is the round trip.</summary>
    private static async Task<int> UpsertAllAsync(NpgsqlConnection connection, IReadOnlyList<Order> orders, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"{Upsert} SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) {Renew}", connection)
        {
            Parameters =
            {
                Column(orders, order => order.Id),
                Column(orders, order => order.UserId),
                Column(orders, order => (short)order.Status),
                Column(orders, order => order.Total),
                Column(orders, order => order.CreatedAt.ToMicroseconds()),
                Column(orders, order => order.UpdatedAt.ToMicroseconds()),
                Column(orders, order => order.ExpiresAt?.ToMicroseconds()),
                Column(orders, order => order.Version),
                Column(orders, OrderDocument.Write),
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<Order> orders, Func<Order, T> value) =>
        new() { TypedValue = [.. orders.Select(value)] };

    private static async Task<int> UpsertEachAsync(DbConnection connection, IReadOnlyList<Order> orders, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"{Upsert} VALUES (@id, @user, @status, @total, @created, @updated, @expires, @version, @document) {Renew}");
        var parameters = Columns.Select(name =>
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
            return parameter;
        }).ToArray();
        foreach (var order in orders)
        {
            object?[] values =
            [
                order.Id, order.UserId, (int)order.Status, order.Total, order.CreatedAt.ToMicroseconds(), order.UpdatedAt.ToMicroseconds(),
                order.ExpiresAt?.ToMicroseconds(), order.Version, OrderDocument.Write(order),
            ];
            for (var i = 0; i < values.Length; i++)
            {
                parameters[i].Value = values[i] ?? DBNull.Value;
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return orders.Count;
    }
}
