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

    private const string Insert = "INSERT INTO payment_due (payment_id, order_id, status, due_at, attention, version)";

    private const string Renew = """
        ON CONFLICT (payment_id) DO UPDATE SET
            order_id = excluded.order_id, status = excluded.status, due_at = excluded.due_at, attention = excluded.attention,
            version = excluded.version
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
            $"{Insert} SELECT * FROM unnest(@id, @order, @status, @due, @attention, @version) {Renew}",
            ("id", payments.ConvertAll(payment => payment.Id)),
            ("order", payments.ConvertAll(payment => payment.OrderId)),
            ("status", payments.ConvertAll(payment => (short)payment.Status)),
            ("due", payments.ConvertAll(payment => payment.DueAt?.ToMicroseconds())),
            ("attention", payments.ConvertAll(payment => payment.NeedsAttention)),
            ("version", payments.ConvertAll(payment => payment.Version))).ExecuteAsync(cancellationToken);

    private static async Task<int> UpsertEachAsync(DbConnection connection, List<PaymentState> payments, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"{Insert} VALUES (@id, @order, @status, @due, @attention, @version) {Renew}",
            ("id", null), ("order", null), ("status", null), ("due", null), ("attention", null), ("version", null));
        foreach (var payment in payments)
        {
            object?[] values =
                [payment.Id, payment.OrderId, (short)payment.Status, payment.DueAt?.ToMicroseconds(), payment.NeedsAttention, payment.Version];
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return payments.Count;
    }
}
