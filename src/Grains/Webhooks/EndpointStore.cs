using System.Data.Common;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Streams.Views;

namespace Granary.Grains.Webhooks;

/// <summary>The table of webhooks.</summary>
public sealed class EndpointStore([FromKeyedServices(WebhookComposition.Database)] IViewDatabase database)
{
    private const string Select =
        "SELECT id, url, events, secret, disabled_reason, created_at, created_by, after_position FROM webhook_endpoint";

    private readonly SharedRead<IReadOnlyList<Endpoint>> _enabled = new(() => database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<Endpoint>)await connection
            .Command($"{Select} WHERE disabled_reason IS NULL").QueryAsync(Read, cancellation),
        CancellationToken.None));

    /// <summary>Adds a webhook, unless the maximum is reached.</summary>
    /// <returns>Whether it was added.</returns>
    public Task<bool> AddAsync(Endpoint endpoint, int most, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            var webhook = endpoint.Webhook;
            var added = await connection.Command(
                """
                INSERT INTO webhook_endpoint (id, url, events, secret, created_at, created_by, after_position)
                SELECT @id, @url, @events, @secret, @created, @by, @after WHERE (SELECT count(*) FROM webhook_endpoint) < @most
                """,
                ("id", webhook.Id),
                ("url", webhook.Url),
                ("events", string.Join(' ', webhook.Events)),
                ("secret", endpoint.Secret),
                ("created", webhook.CreatedAt.ToMicroseconds()),
                ("by", webhook.CreatedBy),
                ("after", endpoint.AfterPosition),
                ("most", most)).ExecuteAsync(cancellation);
            return added == 1;
        },
        cancellationToken);

    /// <summary>A webhook, or null.</summary>
    public Task<Endpoint?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) =>
            (await connection.Command($"{Select} WHERE id = @id", ("id", id)).QueryAsync(Read, cancellation)).SingleOrDefault(),
        cancellationToken);

    /// <summary>Webhooks in id order, after a given one.</summary>
    public Task<IReadOnlyList<Endpoint>> ListAsync(string? after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<Endpoint>)await connection
            .Command($"{Select} WHERE id > @after ORDER BY id LIMIT @limit", ("after", after ?? ""), ("limit", limit))
            .QueryAsync(Read, cancellation),
        cancellationToken);

    /// <summary>Enabled webhooks. Partitions that ask at the same time share a read.</summary>
    public Task<IReadOnlyList<Endpoint>> ReadEnabledAsync(CancellationToken cancellationToken) =>
        _enabled.ReadAsync().WaitAsync(cancellationToken);

    /// <summary>Webhooks with deliveries that are due now.</summary>
    public Task<IReadOnlyList<Endpoint>> ReadDueAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (IReadOnlyList<Endpoint>)await connection
            .Command(
                $"""
                {Select} WHERE disabled_reason IS NULL AND EXISTS (
                    SELECT 1 FROM webhook_delivery
                    WHERE webhook_delivery.endpoint_id = webhook_endpoint.id AND status = 0 AND due_at <= @now)
                """,
                ("now", now.ToMicroseconds()))
            .QueryAsync(Read, cancellation),
        cancellationToken);

    /// <summary>Deletes a webhook with its deliveries.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            // The foreign key deletes its deliveries too, including those that another transaction is just creating.
            return await connection.Command("DELETE FROM webhook_endpoint WHERE id = @id", ("id", id)).ExecuteAsync(cancellation);
        },
        cancellationToken);

    /// <summary>The enabled webhooks, locked until the transaction ends.</summary>
    internal static async Task<IReadOnlyList<Endpoint>> LockEnabledAsync(
        DbConnection connection, SqlDialect dialect, CancellationToken cancellationToken)
    {
        // SQLite has one writer at a time.
        var sharing = dialect == SqlDialect.PostgreSql ? " FOR SHARE" : "";
        return await connection.Command($"{Select} WHERE disabled_reason IS NULL{sharing}").QueryAsync(Read, cancellationToken);
    }

    private static Endpoint Read(DbDataReader row) => new(
        new Webhook(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2).Split(' '),
            row.IsDBNull(4) ? null : row.GetString(4),
            ViewStatements.FromMicroseconds(row.GetInt64(5)),
            row.GetString(6)),
        row.GetString(3),
        row.GetInt64(7));
}
