using System.Data.Common;
using Granary.Grains.Interfaces.Orders;
using Granary.Streams.Views;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// The table that order lists and deadlines are read from. It is derived from the journal; a newer version always wins.
/// </summary>
public sealed class OrderIndex : IDisposable
{
    /// <summary>The number of rows that closes a statement.</summary>
    private const int MostRows = 4_096;

    private const string Insert = """
        INSERT INTO order_index (order_id, user_id, status, total, created_at, updated_at, expires_at, version)
        """;

    private const string Renew = """
        ON CONFLICT (order_id) DO UPDATE SET
            user_id = excluded.user_id, status = excluded.status, total = excluded.total, created_at = excluded.created_at,
            updated_at = excluded.updated_at, expires_at = excluded.expires_at, version = excluded.version
        WHERE order_index.version <= excluded.version
        """;

    private static readonly string[] Parameters = ["id", "user", "status", "total", "created", "updated", "expires", "version"];

    /// <summary>Finds orders that are due; <see cref="DueAsync"/> runs it, and a test checks its plan.</summary>
    public const string Due =
        "SELECT order_id, expires_at FROM order_index WHERE expires_at BETWEEN @from AND @now ORDER BY expires_at LIMIT @limit";

    private readonly IViewDatabase _database;
    private readonly WriteCombiner<OrderIndexEntry> _writes;

    public OrderIndex(IViewDatabase database)
    {
        _database = database;
        _writes = new WriteCombiner<OrderIndexEntry>(WriteAsync, MostRows);
    }

    /// <summary>Inserts or updates orders. Repeating it changes nothing. Concurrent callers share a statement.</summary>
    public Task UpsertAsync(IReadOnlyList<OrderIndexEntry> entries, CancellationToken cancellationToken) =>
        _writes.WriteAsync(entries, cancellationToken);

    /// <summary>A page of entries, newest first, and whether more follow.</summary>
    public Task<OrderIndexPage> ListAsync(OrderQuery query, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) =>
        {
            // One row more than the page shows whether another page follows.
            var rows = await OrderIndexQuery.Command(connection, query, query.Limit + 1)
                .QueryAsync(Entry, cancellation);
            return new OrderIndexPage([.. rows.Take(query.Limit)], rows.Count > query.Limit);
        },
        cancellationToken);

    /// <summary>Pending orders whose deadline has passed, the longest overdue first.</summary>
    /// <param name="from">The earliest deadline to include: where the previous page ended.</param>
    /// <param name="now">The latest deadline to include.</param>
    public Task<IReadOnlyList<(string OrderId, DateTimeOffset ExpiresAt)>> DueAsync(
        DateTimeOffset from, DateTimeOffset now, int limit, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<(string, DateTimeOffset)>)await connection
            .Command(Due, ("from", from.ToMicroseconds()), ("now", now.ToMicroseconds()), ("limit", limit))
            .QueryAsync(row => (row.GetString(0), ViewStatements.FromMicroseconds(row.GetInt64(1))), cancellation),
        cancellationToken);

    /// <summary>The entries of the orders with these ids.</summary>
    public Task<IReadOnlyList<OrderIndexEntry>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) =>
        {
            var entries = new List<OrderIndexEntry>();
            foreach (var id in ids)
            {
                entries.AddRange(await connection.Command($"SELECT {OrderIndexQuery.Columns} FROM order_index WHERE order_id = @id", ("id", id))
                    .QueryAsync(Entry, cancellation));
            }

            return (IReadOnlyList<OrderIndexEntry>)entries;
        },
        cancellationToken);

    /// <summary>Ids in the index, in id order, after a given one.</summary>
    public Task<IReadOnlyList<string>> ReadIdsAsync(string after, int limit, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<string>)await connection
            .Command("SELECT order_id FROM order_index WHERE order_id > @after ORDER BY order_id LIMIT @limit", ("after", after), ("limit", limit))
            .QueryAsync(row => row.GetString(0), cancellation),
        cancellationToken);

    /// <summary>Removes orders that the journal does not contain.</summary>
    public Task RemoveAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => _database.WriteAsync(
        async (connection, cancellation) =>
        {
            foreach (var id in ids)
            {
                await connection.Command("DELETE FROM order_index WHERE order_id = @id", ("id", id)).ExecuteAsync(cancellation);
            }

            return ids.Count;
        },
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _writes.Dispose();

    /// <summary>
    /// Writes the newest entry of each order. Rows are sorted by id, so concurrent upserts cannot deadlock, unless a silo of release
    /// 0.1.0 is one of the writers; its consumer or this one then reads the events again.
    /// </summary>
    private async Task WriteAsync(IReadOnlyList<OrderIndexEntry> entries)
    {
        var newest = NewestOf(entries);
        await _database.WriteAsync(
            (connection, cancellation) => _database.Dialect == SqlDialect.PostgreSql
                ? UpsertAllAsync(connection, newest, cancellation)
                : UpsertEachAsync(connection, newest, cancellation),
            CancellationToken.None);
    }

    /// <summary>One row per order, because a statement cannot update a row twice, sorted by id.</summary>
    private static List<OrderIndexEntry> NewestOf(IReadOnlyList<OrderIndexEntry> entries)
    {
        var newest = new Dictionary<string, OrderIndexEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!newest.TryGetValue(entry.OrderId, out var other) || other.Version <= entry.Version)
            {
                newest[entry.OrderId] = entry;
            }
        }

        return [.. newest.Values.OrderBy(entry => entry.OrderId, StringComparer.Ordinal)];
    }

    /// <summary>One statement for all rows, because the round trip is what costs most in PostgreSQL.</summary>
    private static Task<int> UpsertAllAsync(DbConnection connection, List<OrderIndexEntry> entries, CancellationToken cancellationToken) =>
        connection.Command(
            $"{Insert} SELECT * FROM unnest(@id, @user, @status, @total, @created, @updated, @expires, @version) {Renew}",
            ("id", Column(entries, entry => entry.OrderId)),
            ("user", Column(entries, entry => entry.UserId)),
            ("status", Column(entries, entry => (short)entry.Status)),
            ("total", Column(entries, entry => entry.Total)),
            ("created", Column(entries, entry => entry.CreatedAt.ToMicroseconds())),
            ("updated", Column(entries, entry => entry.UpdatedAt.ToMicroseconds())),
            ("expires", Column(entries, entry => entry.ExpiresAt?.ToMicroseconds())),
            ("version", Column(entries, entry => entry.Version))).ExecuteAsync(cancellationToken);

    private static T[] Column<T>(List<OrderIndexEntry> entries, Func<OrderIndexEntry, T> value) => [.. entries.Select(value)];

    private static OrderIndexEntry Entry(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        (OrderStatus)row.GetInt32(2),
        row.GetInt64(3),
        ViewStatements.FromMicroseconds(row.GetInt64(4)),
        ViewStatements.FromMicroseconds(row.GetInt64(5)),
        row.IsDBNull(6) ? null : ViewStatements.FromMicroseconds(row.GetInt64(6)),
        row.GetInt64(7));

    private static async Task<int> UpsertEachAsync(DbConnection connection, List<OrderIndexEntry> entries, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"{Insert} VALUES (@id, @user, @status, @total, @created, @updated, @expires, @version) {Renew}");
        var parameters = Parameters.Select(name =>
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
            return parameter;
        }).ToArray();
        foreach (var entry in entries)
        {
            object?[] values =
            [
                entry.OrderId, entry.UserId, (int)entry.Status, entry.Total, entry.CreatedAt.ToMicroseconds(),
                entry.UpdatedAt.ToMicroseconds(), entry.ExpiresAt?.ToMicroseconds(), entry.Version,
            ];
            for (var i = 0; i < values.Length; i++)
            {
                parameters[i].Value = values[i] ?? DBNull.Value;
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return entries.Count;
    }
}
