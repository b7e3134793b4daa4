using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Streams.Views;

namespace Granary.Grains.Webhooks;

/// <summary>
/// The table of deliveries as the dispatcher works on it. A delivery may be sent when it is due and no earlier one of the same
/// order is pending for the same webhook. Who sends it claims it by moving its due time ahead: should the process die, it is
/// due again.
/// </summary>
public sealed class DeliveryStore([FromKeyedServices(WebhookComposition.Database)] IViewDatabase database)
{
    /// <summary>Finds what may be sent; a test looks at its plan.</summary>
    public const string Due = """
        SELECT id, due_at, stream, version, attempts, first_attempt_at, body, trace FROM webhook_delivery AS delivery
        WHERE endpoint_id = @endpoint AND status = 0 AND due_at <= @now AND NOT EXISTS (
            SELECT 1 FROM webhook_delivery AS earlier
            WHERE earlier.endpoint_id = delivery.endpoint_id AND earlier.stream = delivery.stream
                AND earlier.version < delivery.version AND earlier.status = 0)
        ORDER BY due_at LIMIT @limit
        """;

    // Of those that wait for an earlier one of their order. What was tried before keeps its own time.
    private const string Followers =
        "endpoint_id = @endpoint AND stream = @stream AND version > @version AND status = 0 AND attempts = 0";

    /// <summary>The message id of an event for a webhook: the same whenever it is entered.</summary>
    public static string IdOf(string endpointId, string stream, long version)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{endpointId}\n{stream}\n{version}");
        return "msg_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
    }

    /// <summary>Enters messages for every webhook that wants them. Entering one again changes nothing.</summary>
    /// <returns>How many deliveries were entered.</returns>
    public Task<int> AddAsync(IReadOnlyList<EventMessage> messages, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, cancellation) =>
            {
                var added = 0;
                var endpoints = await EndpointStore.LockEnabledAsync(connection, cancellation);
                foreach (var message in messages)
                {
                    foreach (var endpoint in endpoints.Where(endpoint => endpoint.Wants(message.Type, message.Position)))
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
    /// <param name="until">When they are due again unless it is recorded how the attempt ended.</param>
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
                // The due time tells whether another dispatcher was faster.
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

    /// <summary>The receiver has taken it; what waits for it may go.</summary>
    public Task DeliveredAsync(DeliveryClaim claim, AttemptResult result, CancellationToken cancellationToken) =>
        RecordAsync(claim, result, DeliveryStatus.Delivered, result.At, "id = @id", cancellationToken);

    /// <summary>The receiver has not taken it; it is sent again at a time, and what waits for it waits on.</summary>
    public Task FailedAsync(DeliveryClaim claim, AttemptResult result, DateTimeOffset next, CancellationToken cancellationToken) =>
        RecordAsync(claim, result, DeliveryStatus.Pending, next, "id = @id AND status = 0 AND attempts = @attempt", cancellationToken);

    /// <summary>Whoever claimed it stops and does not know how its attempt ended: it is due again, and the attempt does not count.</summary>
    public Task ReleaseAsync(DeliveryClaim claim, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, cancellation) => connection.Command(
            "UPDATE webhook_delivery SET due_at = @now, attempts = attempts - 1 WHERE id = @id AND status = 0 AND attempts = @attempt",
            ("id", claim.Id),
            ("attempt", claim.Attempt),
            ("now", now.ToMicroseconds())).ExecuteAsync(cancellation),
        cancellationToken);

    /// <summary>It is given up; what waits for it may go.</summary>
    public Task GivenUpAsync(DeliveryClaim claim, AttemptResult result, CancellationToken cancellationToken) =>
        RecordAsync(claim, result, DeliveryStatus.Dead, result.At, "id = @id AND status = 0 AND attempts = @attempt", cancellationToken);

    /// <summary>The receiver wants nothing any more: disables its webhook and gives up everything that is pending for it.</summary>
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

    /// <summary>Forgets what was entered before a time and is not pending.</summary>
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

            // Only so that the search for what is due does not pass those by again and again that wait; whether they may go
            // is not decided by their time.
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
