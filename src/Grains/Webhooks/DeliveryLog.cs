using System.Data.Common;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Streams.Views;

namespace Granary.Grains.Webhooks;

/// <summary>The table of deliveries, as the owner of a webhook sees it.</summary>
public sealed class DeliveryLog([FromKeyedServices(WebhookComposition.Database)] IViewDatabase database)
{
    private const string Select = """
        SELECT id, type, stream, version, status, attempts, created_at, last_attempt_at, status_code, error, duration, due_at
        FROM webhook_delivery
        """;

    /// <summary>A page of deliveries, newest first, and whether more follow.</summary>
    public Task<DeliveryPage> ListAsync(string endpointId, int limit, DeliveryPlace? after, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancellation) =>
            {
                // One row more than the page shows whether another page follows.
                var command = after is { } place
                    ? connection.Command(
                        $"""
                        {Select} WHERE endpoint_id = @endpoint AND (created_at, id) < (@created, @id)
                        ORDER BY created_at DESC, id DESC LIMIT @limit
                        """,
                        ("endpoint", endpointId),
                        ("created", place.CreatedAt.ToMicroseconds()),
                        ("id", place.Id),
                        ("limit", limit + 1))
                    : connection.Command(
                        $"{Select} WHERE endpoint_id = @endpoint ORDER BY created_at DESC, id DESC LIMIT @limit",
                        ("endpoint", endpointId),
                        ("limit", limit + 1));
                var rows = await command.QueryAsync(Read, cancellation);
                return new DeliveryPage([.. rows.Take(limit)], rows.Count > limit);
            },
            cancellationToken);

    /// <summary>Makes a delivery due now, whatever its outcome was, and restarts the schedule of its attempts.</summary>
    /// <returns>The delivery, or null if the webhook has none with this id.</returns>
    public Task<WebhookDelivery?> RedeliverAsync(string endpointId, string id, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, cancellation) =>
            {
                await connection.Command(
                    """
                    UPDATE webhook_delivery SET status = 0, due_at = @now, attempts = 0, first_attempt_at = NULL
                    WHERE id = @id AND endpoint_id = @endpoint
                    """,
                    ("id", id),
                    ("endpoint", endpointId),
                    ("now", now.ToMicroseconds())).ExecuteAsync(cancellation);
                var command = connection.Command(
                    $"{Select} WHERE id = @id AND endpoint_id = @endpoint", ("id", id), ("endpoint", endpointId));
                return (await command.QueryAsync(Read, cancellation)).SingleOrDefault();
            },
            cancellationToken);

    private static WebhookDelivery Read(DbDataReader row)
    {
        var status = (DeliveryStatus)row.GetInt32(4);
        var stream = row.GetString(2);
        return new WebhookDelivery(
            row.GetString(0),
            row.GetString(1),
            JournalStream.KindOf(stream) == StreamKind.Order ? JournalStream.KeyOf(stream) : "",
            row.GetInt64(3),
            status,
            row.GetInt32(5),
            ViewStatements.FromMicroseconds(row.GetInt64(6)),
            row.IsDBNull(7) ? null : ViewStatements.FromMicroseconds(row.GetInt64(7)),
            row.IsDBNull(8) ? null : row.GetInt32(8),
            row.IsDBNull(9) ? null : row.GetString(9),
            row.IsDBNull(10) ? null : TimeSpan.FromMicroseconds(row.GetInt64(10)),
            status == DeliveryStatus.Pending ? ViewStatements.FromMicroseconds(row.GetInt64(11)) : null,
            stream);
    }
}
