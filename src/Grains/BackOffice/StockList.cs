using System.Data.Common;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Stock;
using Granary.Streams.Views;

namespace Granary.Grains.BackOffice;

/// <summary>
/// Stock levels for lists. It is derived from the journal; a newer version always wins.
/// </summary>
public sealed class StockList : IDisposable
{
    /// <summary>The number of rows that closes a statement.</summary>
    private const int MostRows = 4_096;

    private const string Insert = "INSERT INTO stock_level (sku, available, on_hand, reserved, sold, received, version)";

    private const string Renew = """
        ON CONFLICT (sku) DO UPDATE SET
            available = excluded.available, on_hand = excluded.on_hand, reserved = excluded.reserved, sold = excluded.sold,
            received = excluded.received, version = excluded.version
        WHERE stock_level.version < excluded.version
        """;

    private readonly IViewDatabase _database;
    private readonly WriteCombiner<StockLevel> _writes;

    public StockList(IViewDatabase database)
    {
        _database = database;
        _writes = new WriteCombiner<StockLevel>(WriteAsync, MostRows);
    }

    /// <summary>Enters levels. Repeating it changes nothing. Concurrent callers share a statement.</summary>
    public Task UpsertAsync(IReadOnlyList<StockLevel> levels, CancellationToken cancellationToken) =>
        _writes.WriteAsync(levels, cancellationToken);

    /// <summary>A page of levels, the lowest available first.</summary>
    /// <param name="threshold">Only levels of so many available units or fewer; null for all.</param>
    public Task<StockPage> ListAsync(int limit, long? threshold, StockPlace? after, CancellationToken cancellationToken) => _database.ReadAsync(
        async (connection, cancellation) =>
        {
            // One row more than the page shows whether another page follows.
            var levels = await List(connection, limit + 1, threshold, after).QueryAsync(Level, cancellation);
            return new StockPage([.. levels.Take(limit)], levels.Count > limit);
        },
        cancellationToken);

    /// <summary>How many items have so many available units or fewer.</summary>
    public async Task<long> CountAsync(long threshold, CancellationToken cancellationToken) => (await _database.ReadAsync(
        (connection, cancellation) => connection
            .Command("SELECT count(*) FROM stock_level WHERE available <= @threshold", ("threshold", threshold))
            .QueryAsync(row => row.GetInt64(0), cancellation),
        cancellationToken))[0];

    /// <summary>The statement of a page.</summary>
    public static DbCommand List(DbConnection connection, int limit, long? threshold, StockPlace? after)
    {
        var filters = new Filters();
        filters.Add("available <= @threshold", "threshold", threshold);
        if (after is { } place)
        {
            filters.Add("(available, sku) > (@available, @sku)", "available", place.Available);
            filters.With("sku", place.Sku);
        }

        return filters.Command(
            connection, "SELECT sku, on_hand, reserved, available, sold, received, version FROM stock_level", "ORDER BY available, sku LIMIT @limit", limit);
    }

    /// <inheritdoc/>
    public void Dispose() => _writes.Dispose();

    private static StockLevel Level(DbDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));

    /// <summary>Writes the newest level of each item, sorted by SKU, so that concurrent upserts cannot deadlock.</summary>
    private async Task WriteAsync(IReadOnlyList<StockLevel> levels)
    {
        List<StockLevel> newest =
        [
            .. levels.GroupBy(level => level.Sku, StringComparer.Ordinal).OrderBy(item => item.Key, StringComparer.Ordinal)
                .Select(item => item.MaxBy(level => level.Version)!),
        ];
        await _database.WriteAsync(
            (connection, cancellation) => _database.Dialect == SqlDialect.PostgreSql
                ? UpsertAllAsync(connection, newest, cancellation)
                : UpsertEachAsync(connection, newest, cancellation),
            CancellationToken.None);
    }

    /// <summary>One statement for all rows, because the round trip is what costs most in PostgreSQL.</summary>
    private static Task<int> UpsertAllAsync(DbConnection connection, List<StockLevel> levels, CancellationToken cancellationToken) =>
        connection.Command(
            $"{Insert} SELECT * FROM unnest(@sku, @available, @on_hand, @reserved, @sold, @received, @version) {Renew}",
            ("sku", levels.ConvertAll(level => level.Sku)),
            ("available", levels.ConvertAll(level => level.Available)),
            ("on_hand", levels.ConvertAll(level => level.OnHand)),
            ("reserved", levels.ConvertAll(level => level.Reserved)),
            ("sold", levels.ConvertAll(level => level.Sold)),
            ("received", levels.ConvertAll(level => level.Received)),
            ("version", levels.ConvertAll(level => level.Version))).ExecuteAsync(cancellationToken);

    private static async Task<int> UpsertEachAsync(DbConnection connection, List<StockLevel> levels, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"{Insert} VALUES (@sku, @available, @on_hand, @reserved, @sold, @received, @version) {Renew}",
            ("sku", null), ("available", null), ("on_hand", null), ("reserved", null), ("sold", null), ("received", null), ("version", null));
        foreach (var level in levels)
        {
            object[] values = [level.Sku, level.Available, level.OnHand, level.Reserved, level.Sold, level.Received, level.Version];
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i];
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return levels.Count;
    }
}
