using Granary.Domain.Events;
using Granary.Domain.Webhooks;
using Granary.Grains.Feed;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.Webhooks;

/// <summary>
/// Creates deliveries of public events for the webhooks that subscribe to them. The checkpoint is saved after the deliveries, and
/// an event has one message id per webhook, so an event that is delivered twice to this consumer creates one delivery.
/// </summary>
public abstract class WebhookConsumer(ConsumerServices services, WebhookPost post) : JournalConsumer(services)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private bool _hasReaders = true;

    /// <summary>While there is no webhook, nobody waits for an event. The first one gets what comes after its registration this much later.</summary>
    protected override TimeSpan Pace => _hasReaders ? TimeSpan.Zero : Rest;

    /// <inheritdoc/>
    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events) => _hasReaders = await post.AddAsync(events, Now);
}

/// <summary>The events of orders.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Orders), PreferLocalPlacement]
public sealed class OrderWebhookConsumer(ConsumerServices services, WebhookPost post) : WebhookConsumer(services, post)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "webhooks";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Orders;
}

/// <summary>The events of products and their stock.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Stock), PreferLocalPlacement]
public sealed class StockWebhookConsumer(ConsumerServices services, WebhookPost post) : WebhookConsumer(services, post)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "webhooks-stock";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Stock;
}

/// <summary>The events of payments with an external provider.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Payments), PreferLocalPlacement]
public sealed class PaymentWebhookConsumer(ConsumerServices services, WebhookPost post) : WebhookConsumer(services, post)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "webhooks-payments";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Payments;

    /// <inheritdoc/>
    protected override Task HandleAsync(IReadOnlyList<JournalRecord> events) =>
        base.HandleAsync([.. events.Where(record => JournalStream.KindOf(record.Stream) == StreamKind.Payment)]);
}

/// <summary>Turns events into deliveries.</summary>
public sealed class WebhookPost(
    PublicEventReader reader, EndpointStore endpoints, DeliveryStore deliveries, WebhookOptions options, WebhookWake wake)
{
    /// <summary>Creates the deliveries of events, for every webhook that wants them.</summary>
    /// <returns>Whether there is a webhook.</returns>
    /// <exception cref="DamagedRecordException">An event that is wanted cannot be read.</exception>
    public async Task<bool> AddAsync(IReadOnlyList<JournalRecord> events, DateTimeOffset now)
    {
        // Read for every batch: a webhook gets every event after its registration, also from other silos.
        var enabled = await endpoints.ReadEnabledAsync(CancellationToken.None);
        var oldest = now - options.KeepDeliveries;
        var wanted = events
            .Where(record => record.At >= oldest && enabled.Any(endpoint => endpoint.Wants(record.Type, record.Stream, record.Position)))
            .ToList();
        if (wanted.Count > 0 && await deliveries.AddAsync(await MessagesOfAsync(wanted), now, CancellationToken.None) > 0)
        {
            wake.Signal.Set();
        }

        return enabled.Count > 0;
    }

    /// <summary>The messages of events, each with what it was about right after the event.</summary>
    private async Task<List<EventMessage>> MessagesOfAsync(List<JournalRecord> wanted)
    {
        var messages = new List<EventMessage>(wanted.Count);
        foreach (var (record, data, unreadable) in await reader.ReadAsync(wanted, CancellationToken.None))
        {
            if (unreadable is not null)
            {
                throw new DamagedRecordException(record, unreadable);
            }

            messages.Add(new EventMessage(
                record.Stream, record.Version, record.Position, record.Type, WebhookMessage.Write(record.Type, record.At, data), record.Trace));
        }

        return messages;
    }
}
