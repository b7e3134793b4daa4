using System.Data.Common;
using Granary.Domain.Payments;
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

    private const string Upsert = """
        INSERT INTO payment_due (payment_id, order_id, status, due_at, attention, version)
        VALUES (@id, @order, @status, @due, @attention, @version)
        ON CONFLICT (payment_id) DO UPDATE SET
            order_id = excluded.order_id, status = excluded.status, due_at = excluded.due_at, attention = excluded.attention,
            version = excluded.version
        WHERE payment_due.version < excluded.version
        """;

    /// <summary>Enters payments. Repeating it changes nothing.</summary>
    public Task UpsertAsync(IReadOnlyList<PaymentState> payments, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            // Sorted by id, so concurrent upserts cannot deadlock.
            foreach (var payment in payments.OrderBy(payment => payment.Id, StringComparer.Ordinal))
            {
                await connection.Command(
                    Upsert,
                    ("id", payment.Id),
                    ("order", payment.OrderId),
                    ("status", (short)payment.Status),
                    ("due", payment.DueAt?.ToMicroseconds()),
                    ("attention", payment.NeedsAttention),
                    ("version", payment.Version)).ExecuteAsync(cancellation);
            }

            return payments.Count;
        },
        cancellationToken);

    /// <summary>Payments that are due, the longest overdue first.</summary>
    /// <param name="from">The earliest due time to include: where the previous page ended.</param>
    /// <param name="now">The latest due time to include.</param>
    public Task<IReadOnlyList<(string PaymentId, DateTimeOffset DueAt)>> DueAsync(
        DateTimeOffset from, DateTimeOffset now, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<(string, DateTimeOffset)>)await connection
            .Command(Due, ("from", from.ToMicroseconds()), ("now", now.ToMicroseconds()), ("limit", limit))
            .QueryAsync(row => (row.GetString(0), ViewStatements.FromMicroseconds(row.GetInt64(1))), cancellation),
        cancellationToken);

    /// <summary>How many payments need attention.</summary>
    public async Task<long> CountAttentionAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        (connection, cancellation) => Attention(connection).QueryAsync(row => row.GetInt64(0), cancellation),
        cancellationToken))[0];

    /// <summary>The statement of the count.</summary>
    public static DbCommand Attention(DbConnection connection) =>
        connection.Command("SELECT count(*) FROM payment_due WHERE attention IS NOT NULL");
}
