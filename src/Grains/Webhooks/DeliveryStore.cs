using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Streams.Views;

namespace Granary.Grains.Webhooks;

/// <summary>
/// The table of deliveries, as the dispatcher uses it. A delivery may be sent when it is due and no earlier one of the same order
/// is pending for the same webhook. The sending dispatcher claims it by moving its due time into the future: if the process dies,
/// the delivery becomes due again.
/// </summary>
public sealed class DeliveryStore([FromKeyedServices(WebhookComposition.Database)] IViewDatabase database)
{
    /// <summary>Finds deliveries that may be sent; a test checks its plan.</summary>
    public const string Due = """
        SELECT id, due_at, stream, version, attempts, first_attempt_at, body, trace FROM webhook_delivery AS delivery
        WHERE endpoint_id = @endpoint AND status = 0 AND due_at <= @now AND NOT EXISTS (
            SELECT 1 FROM webhook_delivery AS earlier
            WHERE earlier.endpoint_id = delivery.endpoint_id AND earlier.stream = delivery.stream
                AND earlier.version < delivery.version AND earlier.status = 0)
        ORDER BY due_at LIMIT @limit
        """;

    // Only deliveries that wait for an earlier one of their order. A delivery that was tried before keeps its own due time.
    private const string Followers =
        "endpoint_id = @endpoint AND stream = @stream AND version > @version AND status = 0 AND attempts = 0";

    /// <summary>Counts deliveries that are still to be made; a test checks its plan.</summary>
    public const string Pending = "SELECT count(*) FROM webhook_delivery WHERE status = 0";

    /// <summary>How many deliveries are still to be made.</summary>
    public async Task<long> CountPendingAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        (connection, cancellation) => connection.Command(Pending).QueryAsync(row => row.GetInt64(0), cancellation), cancellationToken))[0];

    /// <summary>The message id of an event for a webhook: the same however often the delivery is created.</summary>
    public static string IdOf(string endpointId, string stream, long version)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{endpointId}\n{stream}\n{version}");
        return "msg_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
    }

    /// <summary>Creates deliveries of messages for every subscribed webhook. Repeating it changes nothing.</summary>
    /// <returns>How many deliveries were created.</returns>
    public Task<int> AddAsync(IReadOnlyList<EventMessage> messages, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, cancellation) =>
            {
                var added = 0;
                var endpoints = await EndpointStore.LockEnabledAsync(connection, database.Dialect, cancellation);
                foreach (var message in messages)
                {
                    foreach (var endpoint in endpoints.Where(endpoint => endpoint.Wants(message.Type, message.Stream, message.Position)))
                    {
                        added += await connection.Command(
                            """
                            INSERT INTO webhook_delivery (id, endpoint_id, stream, version, type, body, trace, status, created_at, due_at)
                            VALUES (@id, @endpoint, @stream, @version, @type, @body, @trace, 0, @now, @now) ON CONFLICT DO NOTHING
                            """,
                            ("id", IdOf(endpoint.Webhook.Id, message.Stream, message.Version)),
                            ("endpoint", endpoint.Webhook.Id),
                            ("stream", message.Stream),
                            ("version", message.Version),
                            ("type", message.Type),
                            ("body", message.Body),
                            ("trace", message.Trace),
                            ("now", now.ToMicroseconds())).ExecuteAsync(cancellation);
                    }
                }

                return added;
            },
            cancellationToken);

    /// <summary>Claims deliveries that may be sent to a webhook now.</summary>
    /// <param name="until">When they are due again, unless the result of the attempt is recorded before.</param>
    public Task<IReadOnlyList<DeliveryClaim>> ClaimAsync(
        string endpointId, DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            var found = await connection
                .Command(Due, ("endpoint", endpointId), ("now", now.ToMicroseconds()), ("limit", limit))
                .QueryAsync(
                    row => (Due: row.GetInt64(1), Claim: new DeliveryClaim(
                        row.GetString(0),
                        endpointId,
                        row.GetString(2),
                        row.GetInt64(3),
                        row.GetInt32(4) + 1,
                        row.IsDBNull(5) ? now : ViewStatements.FromMicroseconds(row.GetInt64(5)),
                        row.GetFieldValue<byte[]>(6),
                        row.IsDBNull(7) ? null : row.GetString(7))),
                    cancellation);
            var claims = new List<DeliveryClaim>(found.Count);
            foreach (var (due, claim) in found)
            {
                // The due time shows whether another dispatcher claimed it first.
                var claimed = await connection.Command(
                    """
                    UPDATE webhook_delivery SET due_at = @until, attempts = @attempt, first_attempt_at = @first
                    WHERE id = @id AND status = 0 AND due_at = @due
                    """,
                    ("id", claim.Id),
                    ("due", due),
                    ("until", until.ToMicroseconds()),
                    ("attempt", claim.Attempt),
                    ("first", claim.FirstAttemptAt.ToMicroseconds())).ExecuteAsync(cancellation);
                if (claimed == 1)
                {
                    claims.Add(claim);
                }
            }

            return (IReadOnlyList<DeliveryClaim>)claims;
        },
        cancellationToken);

    /// <summary>Records that the receiver has accepted it; deliveries that wait for it may be sent.</summary>
    public Task DeliveredAsync(DeliveryClaim claim, AttemptResult result, CancellationToken cancellationToken) =>
        RecordAsync(claim, result, DeliveryStatus.Delivered, result.At, "id = @id", cancellationToken);

    /// <summary>
    /// Records that the receiver has not accepted it; it will be sent again at a given time, and deliveries behind it keep
    /// waiting.
    /// </summary>
    public Task FailedAsync(DeliveryClaim claim, AttemptResult result, DateTimeOffset next, CancellationToken cancellationToken) =>
        RecordAsync(claim, result, DeliveryStatus.Pending, next, "id = @id AND status = 0 AND attempts = @attempt", cancellationToken);

    /// <summary>
    /// The dispatcher stops and does not know the result of its attempt: the delivery is due again, and the attempt does not
    /// count.
    /// </summary>
    public Task ReleaseAsync(DeliveryClaim claim, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, cancellation) => connection.Command(
            "UPDATE webhook_delivery SET due_at = @now, attempts = attempts - 1 WHERE id = @id AND status = 0 AND attempts = @attempt",
            ("id", claim.Id),
            ("attempt", claim.Attempt),
            ("now", now.ToMicroseconds())).ExecuteAsync(cancellation),
        cancellationToken);

    /// <summary>Records that it was given up; deliveries that wait for it may be sent.</summary>
    public Task GivenUpAsync(DeliveryClaim claim, AttemptResult result, CancellationToken cancellationToken) =>
        RecordAsync(claim, result, DeliveryStatus.Dead, result.At, "id = @id AND status = 0 AND attempts = @attempt", cancellationToken);

    /// <summary>The receiver wants no more messages: disables its webhook and gives up all its pending deliveries.</summary>
    public Task DisableAsync(DeliveryClaim claim, AttemptResult result, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, cancellation) =>
            {
                await connection.Command(
                    "UPDATE webhook_endpoint SET disabled_reason = @reason WHERE id = @endpoint AND disabled_reason IS NULL",
                    ("reason", reason),
                    ("endpoint", claim.EndpointId)).ExecuteAsync(cancellation);
                await connection.Command(
                    """
                    UPDATE webhook_delivery SET status = 2, status_code = @code, error = @reason, duration = @duration, last_attempt_at = @at
                    WHERE id = @id
                    """,
                    ("id", claim.Id),
                    ("reason", reason),
                    ("code", result.StatusCode),
                    ("duration", (long)result.Duration.TotalMicroseconds),
                    ("at", result.At.ToMicroseconds())).ExecuteAsync(cancellation);
                return await connection.Command(
                    "UPDATE webhook_delivery SET status = 2, error = @reason WHERE endpoint_id = @endpoint AND status = 0",
                    ("reason", reason),
                    ("endpoint", claim.EndpointId)).ExecuteAsync(cancellation);
            },
            cancellationToken);

    /// <summary>Deletes deliveries that were created before a time and are not pending.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, cancellation) => connection
            .Command("DELETE FROM webhook_delivery WHERE status <> 0 AND created_at < @before", ("before", before.ToMicroseconds()))
            .ExecuteAsync(cancellation),
        cancellationToken);

    private Task<int> RecordAsync(
        DeliveryClaim claim,
        AttemptResult result,
        DeliveryStatus status,
        DateTimeOffset next,
        string condition,
        CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            var recorded = await connection.Command(
                $"""
                UPDATE webhook_delivery SET status = @status, due_at = @next, status_code = @code, error = @error,
                    duration = @duration, last_attempt_at = @at
                WHERE {condition}
                """,
                ("id", claim.Id),
                ("attempt", claim.Attempt),
                ("status", (int)status),
                ("next", next.ToMicroseconds()),
                ("code", result.StatusCode),
                ("error", result.Error),
                ("duration", (long)result.Duration.TotalMicroseconds),
                ("at", result.At.ToMicroseconds())).ExecuteAsync(cancellation);

            // This only keeps the search for due deliveries from reading waiting ones repeatedly; their due time does not decide
            // whether they may be sent.
            await connection.Command(
                $"UPDATE webhook_delivery SET due_at = @next WHERE {Followers}",
                ("endpoint", claim.EndpointId),
                ("stream", claim.Stream),
                ("version", claim.Version),
                ("next", next.ToMicroseconds())).ExecuteAsync(cancellation);
            return recorded;
        },
        cancellationToken);
}
