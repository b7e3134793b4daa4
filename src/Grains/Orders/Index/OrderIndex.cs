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

    /// <summary>The SQLSTATE of a row that exists already.</summary>
    private const string UniqueViolation = "23505";

    private const string Insert = """
        INSERT INTO order_index (order_id, user_id, status, total, created_at, updated_at, expires_at, version, external_reference, tracking,
            skus, lines_version, filled_version)
        """;

    /// <summary>The values of a row of <c>r</c>, in the order of <see cref="Insert"/>.</summary>
    private const string Row = "id, usr, status, total, created, updated, expires, version, reference, tracking, skus, version, version";

    // What never changes is not set: SQLite would write the indexes of these columns anew with every event.
    private const string Renew = """
        ON CONFLICT (order_id) DO UPDATE SET
            status = excluded.status, total = excluded.total,
            updated_at = excluded.updated_at, expires_at = excluded.expires_at, version = excluded.version,
            external_reference = excluded.external_reference, tracking = excluded.tracking, skus = excluded.skus,
            lines_version = CASE WHEN order_index.skus = excluded.skus THEN order_index.lines_version ELSE excluded.version END,
            filled_version = excluded.filled_version
        WHERE order_index.version <= excluded.version
        """;

    private static readonly string[] Parameters =
        ["id", "user", "status", "total", "created", "updated", "expires", "version", "reference", "tracking", "skus"];

    /// <summary>Finds rows that lack what a silo of release 0.1.0 does not write; <see cref="UnfilledAsync"/> runs it.</summary>
    public const string Unfilled =
        "SELECT order_id FROM order_index WHERE filled_version <> version AND order_id > @after ORDER BY order_id LIMIT @limit";

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

    /// <summary>A page of entries and whether more follow.</summary>
    public Task<OrderIndexPage> ListAsync(OrderQuery query, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) =>
        {
            // One row more than the page shows whether another page follows.
            var rows = await OrderIndexQuery.Command(connection, _database.Dialect, query, query.Limit + 1)
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

    /// <summary>Ids of rows that lack what a silo of release 0.1.0 does not write, in id order, after a given one.</summary>
    public Task<IReadOnlyList<string>> UnfilledAsync(string after, int limit, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<string>)await connection
            .Command(Unfilled, ("after", after), ("limit", limit))
            .QueryAsync(row => row.GetString(0), cancellation),
        cancellationToken);

    /// <summary>The entries of the orders with these ids.</summary>
    public Task<IReadOnlyList<OrderIndexEntry>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) =>
        {
            var entries = new List<OrderIndexEntry>();
            foreach (var id in ids)
            {
                entries.AddRange(await connection.Command($"SELECT {OrderIndexQuery.Columns} FROM order_index o WHERE order_id = @id", ("id", id))
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

    /// <summary>Removes orders that the journal does not contain; rows of their lines stay and find no order.</summary>
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
        if (_database.Dialect == SqlDialect.Sqlite)
        {
            await _database.WriteAsync((connection, cancellation) => UpsertEachAsync(connection, newest, cancellation), CancellationToken.None);
            return;
        }

        try
        {
            await UpsertAllAsync();
        }
        catch (DbException fault) when (fault.SqlState == UniqueViolation)
        {
            // Another writer has inserted one of the rows since the statement looked. It is known now.
            await UpsertAllAsync();
        }

        Task UpsertAllAsync() => _database.WriteAsync(
            (connection, cancellation) => OrderIndex.UpsertAllAsync(connection, newest, cancellation), CancellationToken.None);
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

    /// <summary>Writes what an upsert takes for granted: the values of an order that never change, and that its lines are there.</summary>
    public Task RepairAsync(IReadOnlyList<OrderIndexEntry> entries, CancellationToken cancellationToken) => _database.WriteAsync(
        async (connection, cancellation) =>
        {
            foreach (var entry in entries.OrderBy(entry => entry.OrderId, StringComparer.Ordinal))
            {
                await connection.Command(
                    "UPDATE order_index SET user_id = @user, created_at = @created, skus = '', filled_version = 0 WHERE order_id = @id",
                    ("user", entry.UserId), ("created", entry.CreatedAt.ToMicroseconds()), ("id", entry.OrderId)).ExecuteAsync(cancellation);
            }

            return entries.Count;
        },
        cancellationToken);

    /// <summary>The orders that a list by SKU does not find for each of their lines.</summary>
    public Task<IReadOnlyList<string>> WithoutLinesAsync(IReadOnlyList<OrderIndexEntry> entries, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) =>
        {
            var without = new List<string>();
            foreach (var (entry, sku) in entries.SelectMany(entry => entry.EachSku().Select(sku => (entry, sku))))
            {
                var lines = await connection.Command(
                    "SELECT 1 FROM order_index_line WHERE sku = @sku AND created_at = @created AND order_id = @id",
                    ("sku", sku), ("created", entry.CreatedAt.ToMicroseconds()), ("id", entry.OrderId)).QueryAsync(row => 1, cancellation);
                if (lines.Count == 0)
                {
                    without.Add(entry.OrderId);
                }
            }

            return (IReadOnlyList<string>)without;
        },
        cancellationToken);

    /// <summary>
    /// One statement for all rows, because the round trip is what costs most in PostgreSQL. It looks first which rows exist: an insert that
    /// expects a conflict writes another WAL record for each new row, 96 of the 3,300 bytes of a placed order with its line. The lateral
    /// joins with their limits cannot become a scan, whatever the planner estimates.
    /// </summary>
    private static Task<int> UpsertAllAsync(DbConnection connection, List<OrderIndexEntry> entries, CancellationToken cancellationToken) =>
        connection.Command(
            $"""
            WITH r AS MATERIALIZED (
                SELECT r.*, known.found IS TRUE AS known
                FROM unnest(@id, @user, @status, @total, @created, @updated, @expires, @version, @reference, @tracking, @skus)
                    AS r(id, usr, status, total, created, updated, expires, version, reference, tracking, skus)
                LEFT JOIN LATERAL (SELECT true AS found FROM order_index WHERE order_id = r.id LIMIT 1) known ON true),
            placed AS (
                {Insert}
                SELECT {Row} FROM r WHERE NOT known
                RETURNING order_id, created_at, skus, true AS with_lines),
            changed AS (
                {Insert}
                SELECT {Row} FROM r WHERE known
                {Renew}
                RETURNING order_id, created_at, skus, lines_version = version AS with_lines)
            INSERT INTO order_index_line (sku, created_at, order_id)
            SELECT sku, w.created_at, w.order_id FROM (TABLE placed UNION ALL TABLE changed) w
                CROSS JOIN string_to_table(trim(BOTH E'\n' FROM w.skus), E'\n') AS sku
                LEFT JOIN LATERAL (
                    SELECT true AS found FROM order_index_line l
                    WHERE l.sku = sku.sku AND l.created_at = w.created_at AND l.order_id = w.order_id LIMIT 1) known ON true
            WHERE with_lines AND known.found IS NULL
            """,
            ("id", Column(entries, entry => entry.OrderId)),
            ("user", Column(entries, entry => entry.UserId)),
            ("status", Column(entries, entry => (short)entry.Status)),
            ("total", Column(entries, entry => entry.Total)),
            ("created", Column(entries, entry => entry.CreatedAt.ToMicroseconds())),
            ("updated", Column(entries, entry => entry.UpdatedAt.ToMicroseconds())),
            ("expires", Column(entries, entry => entry.ExpiresAt?.ToMicroseconds())),
            ("version", Column(entries, entry => entry.Version)),
            ("reference", Column(entries, entry => entry.ExternalReference)),
            ("tracking", Column(entries, entry => entry.Tracking)),
            ("skus", Column(entries, entry => entry.Skus))).ExecuteAsync(cancellationToken);

    private static T[] Column<T>(List<OrderIndexEntry> entries, Func<OrderIndexEntry, T> value) => [.. entries.Select(value)];

    private static OrderIndexEntry Entry(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        (OrderStatus)row.GetInt32(2),
        row.GetInt64(3),
        ViewStatements.FromMicroseconds(row.GetInt64(4)),
        ViewStatements.FromMicroseconds(row.GetInt64(5)),
        row.IsDBNull(6) ? null : ViewStatements.FromMicroseconds(row.GetInt64(6)),
        row.GetInt64(7),
        row.IsDBNull(8) ? null : row.GetString(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        row.GetString(10),
        row.GetInt64(11) == row.GetInt64(7));

    private static async Task<int> UpsertEachAsync(DbConnection connection, List<OrderIndexEntry> entries, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"{Insert} VALUES (@id, @user, @status, @total, @created, @updated, @expires, @version, @reference, @tracking, @skus, @version, @version) {Renew} RETURNING lines_version = version");
        await using var line = connection.Command(
            "INSERT OR IGNORE INTO order_index_line (sku, created_at, order_id) VALUES (@sku, @created, @id)",
            ("sku", null), ("created", null), ("id", null));
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
                entry.UpdatedAt.ToMicroseconds(), entry.ExpiresAt?.ToMicroseconds(), entry.Version, entry.ExternalReference, entry.Tracking,
                entry.Skus,
            ];
            for (var i = 0; i < values.Length; i++)
            {
                parameters[i].Value = values[i] ?? DBNull.Value;
            }

            if (await command.ExecuteScalarAsync(cancellationToken) is not 1L)
            {
                continue;
            }

            (line.Parameters[1].Value, line.Parameters[2].Value) = (entry.CreatedAt.ToMicroseconds(), entry.OrderId);
            foreach (var sku in entry.EachSku())
            {
                line.Parameters[0].Value = sku;
                await line.ExecuteNonQueryAsync(cancellationToken);
            }
        }

        return entries.Count;
    }
}
