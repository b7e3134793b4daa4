using System.Data.Common;
using Granary.Domain.Payments;
using Granary.Grains.BackOffice;
using Granary.Grains.Interfaces.Payments;
using Granary.Streams.Views;

namespace Granary.Grains.Payments.Index;

/// <summary>
/// The table that the sweep reads: when each payment is due, and which need attention. It is derived from the journal; a newer version
/// always wins.
/// </summary>
public sealed class PaymentIndex(IViewDatabase database)
{
    /// <summary>Finds payments that are due; <see cref="DueAsync"/> runs it, and a test checks its plan.</summary>
    public const string Due = "SELECT payment_id, due_at FROM payment_due WHERE due_at BETWEEN @from AND @now ORDER BY due_at LIMIT @limit";

    private const string Insert = "INSERT INTO payment_due (payment_id, order_id, status, due_at, attention, version, created_at)";

    private const string Renew = """
        ON CONFLICT (payment_id) DO UPDATE SET
            order_id = excluded.order_id, status = excluded.status, due_at = excluded.due_at, attention = excluded.attention,
            version = excluded.version, created_at = excluded.created_at
        WHERE payment_due.version < excluded.version
        """;

    /// <summary>Enters payments, each once. Repeating it changes nothing.</summary>
    public Task UpsertAsync(IReadOnlyList<PaymentState> payments, CancellationToken cancellationToken)
    {
        // Sorted by id, so concurrent upserts cannot deadlock.
        List<PaymentState> sorted = [.. payments.OrderBy(payment => payment.Id, StringComparer.Ordinal)];
        return database.WriteAsync(
            (connection, cancellation) => database.Dialect == SqlDialect.PostgreSql
                ? UpsertAllAsync(connection, sorted, cancellation)
                : UpsertEachAsync(connection, sorted, cancellation),
            cancellationToken);
    }

    /// <summary>Payments that are due, the longest overdue first.</summary>
    /// <param name="from">The earliest due time to include: where the previous page ended.</param>
    /// <param name="now">The latest due time to include.</param>
    public Task<IReadOnlyList<(string PaymentId, DateTimeOffset DueAt)>> DueAsync(
        DateTimeOffset from, DateTimeOffset now, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<(string, DateTimeOffset)>)await connection
            .Command(Due, ("from", from.ToMicroseconds()), ("now", now.ToMicroseconds()), ("limit", limit))
            .QueryAsync(row => (row.GetString(0), ViewStatements.FromMicroseconds(row.GetInt64(1))), cancellation),
        cancellationToken);

    /// <summary>Payments that a query asks for, newest first.</summary>
    public Task<IReadOnlyList<PaymentPlace>> ListAsync(PaymentQuery query, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<PaymentPlace>)await List(connection, query, limit)
            .QueryAsync(row => new PaymentPlace(ViewStatements.FromMicroseconds(row.GetInt64(0)), row.GetString(1)), cancellation),
        cancellationToken);

    /// <summary>
    /// The statement of a page. It contains only the requested filters, so that the database can choose an index that already has the
    /// list's order.
    /// </summary>
    public static DbCommand List(DbConnection connection, PaymentQuery query, int limit)
    {
        ArgumentNullException.ThrowIfNull(query);
        var filters = new Filters();
        filters.Add("status = @status", "status", (short?)query.Status);
        if (query.NeedsAttention is { } needed)
        {
            filters.Add(needed ? "attention IS NOT NULL" : "attention IS NULL");
        }

        if (query.After is { } after)
        {
            filters.Add("(created_at, payment_id) < (@after, @payment)", "after", after.CreatedAt.ToMicroseconds());
            filters.With("payment", after.Payment);
        }

        return filters.Command(connection, "SELECT created_at, payment_id FROM payment_due", "ORDER BY created_at DESC, payment_id DESC LIMIT @limit", limit);
    }

    /// <summary>How many payments need attention.</summary>
    public async Task<long> CountAttentionAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        (connection, cancellation) => Attention(connection).QueryAsync(row => row.GetInt64(0), cancellation),
        cancellationToken))[0];

    /// <summary>The statement of the count.</summary>
    public static DbCommand Attention(DbConnection connection) =>
        connection.Command("SELECT count(*) FROM payment_due WHERE attention IS NOT NULL");

    /// <summary>One statement for all rows, because the round trip is what costs most in PostgreSQL.</summary>
    private static Task<int> UpsertAllAsync(DbConnection connection, List<PaymentState> payments, CancellationToken cancellationToken) =>
        connection.Command(
            $"{Insert} SELECT * FROM unnest(@id, @order, @status, @due, @attention, @version, @created) {Renew}",
            ("id", payments.ConvertAll(payment => payment.Id)),
            ("order", payments.ConvertAll(payment => payment.OrderId)),
            ("status", payments.ConvertAll(payment => (short)payment.Status)),
            ("due", payments.ConvertAll(payment => payment.DueAt?.ToMicroseconds())),
            ("attention", payments.ConvertAll(payment => payment.NeedsAttention)),
            ("version", payments.ConvertAll(payment => payment.Version)),
            ("created", payments.ConvertAll(payment => payment.CreatedAt.ToMicroseconds()))).ExecuteAsync(cancellationToken);

    private static async Task<int> UpsertEachAsync(DbConnection connection, List<PaymentState> payments, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"{Insert} VALUES (@id, @order, @status, @due, @attention, @version, @created) {Renew}",
            ("id", null), ("order", null), ("status", null), ("due", null), ("attention", null), ("version", null), ("created", null));
        foreach (var payment in payments)
        {
            object?[] values =
            [
                payment.Id, payment.OrderId, (short)payment.Status, payment.DueAt?.ToMicroseconds(), payment.NeedsAttention, payment.Version,
                payment.CreatedAt.ToMicroseconds(),
            ];
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return payments.Count;
    }
}
