using Granary.Grains.Interfaces.Orders;
using Granary.Streams.Views;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// How many orders the index has, by status and by minute. Triggers of the table keep the counts by status, in the transaction that
/// changes an order.
/// </summary>
public sealed class OrderCounts(IViewDatabase database)
{
    private const long MicrosecondsPerMinute = 60_000_000;

    /// <summary>Reads the counts by status; a test checks that it reads no order.</summary>
    public string ByStatus { get; } = database.Dialect == SqlDialect.PostgreSql
        ? "SELECT status, sum(orders)::bigint FROM (SELECT * FROM order_count UNION ALL SELECT * FROM order_count_change) AS counts GROUP BY status"
        : "SELECT status, orders FROM order_count";

    /// <summary>Counts the orders of one minute, by one range of the index and without a sort; a test checks its plan.</summary>
    public const string InMinute = "SELECT count(*) FROM order_index WHERE created_at >= @from AND created_at < @to";

    /// <summary>The orders of every status that has some.</summary>
    public async Task<IReadOnlyDictionary<OrderStatus, long>> ByStatusAsync(CancellationToken cancellationToken)
    {
        var counts = await database.ReadAsync(
            (connection, cancellation) => connection.Command(ByStatus).QueryAsync(row => ((OrderStatus)row.GetInt32(0), row.GetInt64(1)), cancellation),
            cancellationToken);
        return counts.Where(count => count.Item2 != 0).ToDictionary();
    }

    /// <summary>How many orders were placed in each minute from one to before another; minutes without any are left out.</summary>
    /// <param name="from">Minutes since 1970.</param>
    /// <param name="to">Minutes since 1970.</param>
    public async Task<IReadOnlyDictionary<long, long>> ByMinuteAsync(long from, long to, CancellationToken cancellationToken)
    {
        return await database.ReadAsync(
            async (connection, cancellation) =>
            {
                var counts = new Dictionary<long, long>();
                for (var minute = from; minute < to; minute++)
                {
                    var count = await connection
                        .Command(InMinute, ("from", minute * MicrosecondsPerMinute), ("to", (minute + 1) * MicrosecondsPerMinute))
                        .QueryAsync(row => row.GetInt64(0), cancellation);
                    if (count[0] > 0)
                    {
                        counts[minute] = count[0];
                    }
                }

                return counts;
            },
            cancellationToken);
    }

    /// <summary>Adds up the changes that PostgreSQL's writers have left. Several processes may do it at once.</summary>
    public Task AddUpAsync(CancellationToken cancellationToken) => database.Dialect == SqlDialect.Sqlite
        ? Task.CompletedTask
        : database.WriteAsync(
            (connection, cancellation) => connection.Command(
                """
                WITH gone AS (DELETE FROM order_count_change RETURNING status, orders)
                INSERT INTO order_count SELECT status, sum(orders) FROM gone GROUP BY status ORDER BY status
                ON CONFLICT (status) DO UPDATE SET orders = order_count.orders + excluded.orders
                """).ExecuteAsync(cancellation),
            cancellationToken);

    /// <summary>Counts all orders again. Writers of the index wait meanwhile.</summary>
    public Task RecountAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            if (database.Dialect == SqlDialect.PostgreSql)
            {
                await connection.Command("LOCK TABLE order_index IN SHARE MODE").ExecuteAsync(cancellation);
                await connection.Command("DELETE FROM order_count_change").ExecuteAsync(cancellation);
            }

            await connection.Command("DELETE FROM order_count").ExecuteAsync(cancellation);
            return await connection.Command("INSERT INTO order_count SELECT status, count(*) FROM order_index GROUP BY status").ExecuteAsync(cancellation);
        },
        cancellationToken);

    /// <summary>The statuses whose count is wrong.</summary>
    public async Task<IReadOnlyList<OrderStatus>> WrongAsync(CancellationToken cancellationToken) => await database.ReadAsync(
        (connection, cancellation) => connection.Command(
            $"""
            SELECT status FROM (
                SELECT status, orders FROM ({ByStatus.Replace("sum(orders)::bigint", "sum(orders) AS orders", StringComparison.Ordinal)}) AS kept
                UNION ALL SELECT status, -count(*) FROM order_index GROUP BY status) AS both_counts
            GROUP BY status HAVING sum(orders) <> 0
            """).QueryAsync(row => (OrderStatus)row.GetInt32(0), cancellation),
        cancellationToken);
}
