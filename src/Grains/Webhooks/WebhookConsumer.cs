using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Webhooks;
using Granary.Journal;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.Webhooks;

/// <summary>
/// Creates deliveries of order events for the webhooks that subscribe to them. The checkpoint is saved after the deliveries, and
/// an event has one message id per webhook, so an event that is delivered twice to this consumer creates one delivery.
/// </summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Orders), PreferLocalPlacement]
public sealed class WebhookConsumer(
    ConsumerServices services, IJournal journal, EndpointStore endpoints, DeliveryStore deliveries, WebhookOptions options, WebhookWake wake)
    : JournalConsumer(services)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "webhooks";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Orders;

    /// <inheritdoc/>
    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        // Read for every batch: a webhook gets every event after its registration, also from other silos.
        var enabled = await endpoints.ReadEnabledAsync(CancellationToken.None);
        var oldest = Now - options.KeepDeliveries;
        var wanted = events
            .Where(record => record.At >= oldest && enabled.Any(endpoint => endpoint.Wants(record.Type, record.Position)))
            .ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        if (await deliveries.AddAsync(await MessagesOfAsync(wanted), Now, CancellationToken.None) > 0)
        {
            wake.Signal.Set();
        }
    }

    /// <summary>The messages of events, each with the order as it was right after the event.</summary>
    private async Task<List<EventMessage>> MessagesOfAsync(List<JournalRecord> wanted)
    {
        var histories = await journal.ReadStreamsAsync([.. wanted.Select(record => record.Stream).Distinct()]);
        var messages = new List<EventMessage>(wanted.Count);
        foreach (var stream in wanted.GroupBy(record => record.Stream))
        {
            var positions = stream.Select(record => record.Position).ToHashSet();
            var state = OrderState.Initial(JournalStream.KeyOf(stream.Key));
            foreach (var record in histories[stream.Key])
            {
                state = Aggregate.Fold<OrderState, OrderEvent>(state, [record]);
                if (positions.Contains(record.Position))
                {
                    messages.Add(new EventMessage(
                        record.Stream, record.Version, record.Position, record.Type, WebhookMessage.Write(state, options.Currency), record.Trace));
                }
            }
        }

        return messages;
    }
}
