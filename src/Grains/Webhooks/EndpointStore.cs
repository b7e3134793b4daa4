using System.Data.Common;
using System.Globalization;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Streams.Views;

namespace Granary.Grains.Webhooks;

/// <summary>The table of webhooks.</summary>
public sealed class EndpointStore([FromKeyedServices(WebhookComposition.Database)] IViewDatabase database)
{
    private const string Select =
        "SELECT id, url, events, secret, disabled_reason, created_at, created_by, after_position, retired_secrets, after_positions FROM webhook_endpoint";

    /// <summary>Secrets that sign at a time, beside the present one; more are the oldest ones' end.</summary>
    private const int MostRetired = 4;

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
                INSERT INTO webhook_endpoint (id, url, events, secret, created_at, created_by, after_position, after_positions)
                SELECT @id, @url, @events, @secret, @created, @by, @after, @positions WHERE (SELECT count(*) FROM webhook_endpoint) < @most
                """,
                ("id", webhook.Id),
                ("url", webhook.Url),
                ("events", string.Join(' ', webhook.Events)),
                ("secret", endpoint.Secret),
                ("created", webhook.CreatedAt.ToMicroseconds()),
                ("by", webhook.CreatedBy),
                ("after", endpoint.After.First),
                ("positions", endpoint.After.OfSeveral?.ToString()),
                ("most", most)).ExecuteAsync(cancellation);
            return added == 1;
        },
        cancellationToken);

    /// <summary>Changes a webhook.</summary>
    /// <param name="update">What to change.</param>
    /// <param name="end">The end of the journal: a webhook that was disabled gets the events after it.</param>
    /// <param name="reason">What a disabled webhook shows as its reason, unless it has one already.</param>
    /// <returns>The webhook after the change; null if there is none.</returns>
    public Task<Endpoint?> UpdateAsync(UpdateWebhook update, JournalEnd end, string reason, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            await connection.Command(
                """
                UPDATE webhook_endpoint SET
                    url = coalesce(@url, url),
                    events = coalesce(@events, events),
                    after_position = CASE WHEN @enabled = 1 AND disabled_reason IS NOT NULL THEN @end ELSE after_position END,
                    after_positions = CASE WHEN @enabled = 1 AND disabled_reason IS NOT NULL THEN @positions ELSE after_positions END,
                    disabled_reason = CASE @enabled WHEN 1 THEN NULL WHEN 0 THEN coalesce(disabled_reason, @reason) ELSE disabled_reason END
                WHERE id = @id
                """,
                ("id", update.Id),
                ("url", update.Url),
                ("events", update.Events is { } events ? string.Join(' ', events) : null),
                ("enabled", update.Enabled switch { true => 1, false => 0, null => -1 }),
                ("end", end.First),
                ("positions", end.OfSeveral?.ToString()),
                ("reason", reason)).ExecuteAsync(cancellation);
            return (await connection.Command($"{Select} WHERE id = @id", ("id", update.Id)).QueryAsync(Read, cancellation)).SingleOrDefault();
        },
        cancellationToken);

    /// <summary>Gives a webhook a new secret; the one before still signs for a while.</summary>
    /// <returns>The webhook with its new secret; null if there is none.</returns>
    public Task<Endpoint?> RotateAsync(string id, string secret, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, cancellation) =>
            {
                // SQLite has one writer at a time.
                var locking = database.Dialect == SqlDialect.PostgreSql ? " FOR UPDATE" : "";
                var found = await connection.Command($"{Select} WHERE id = @id{locking}", ("id", id)).QueryAsync(Read, cancellation);
                if (found is not [var before])
                {
                    return null;
                }

                IEnumerable<(string Secret, DateTimeOffset Until)> retired = [(before.Secret, until), .. before.Retired.Where(old => now < old.Until)];
                var after = before with { Secret = secret, Retired = [.. retired.Take(MostRetired)] };
                await connection.Command(
                    "UPDATE webhook_endpoint SET secret = @secret, retired_secrets = @retired WHERE id = @id",
                    ("id", id),
                    ("secret", secret),
                    ("retired", TextOf(after.Retired))).ExecuteAsync(cancellation);
                return after;
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
        JournalEnd.Of(row.GetInt64(7), row.IsDBNull(9) ? null : row.GetString(9)))
    {
        Retired = RetiredIn(row.GetString(8)),
    };

    private static string TextOf(IEnumerable<(string Secret, DateTimeOffset Until)> retired) =>
        string.Join(' ', retired.Select(old => string.Create(CultureInfo.InvariantCulture, $"{old.Secret},{old.Until.ToMicroseconds()}")));

    private static (string, DateTimeOffset)[] RetiredIn(string text) =>
    [
        .. from old in text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           let parts = old.Split(',')
           select (parts[0], ViewStatements.FromMicroseconds(long.Parse(parts[1], CultureInfo.InvariantCulture))),
    ];
}
