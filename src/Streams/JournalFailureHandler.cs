using Orleans.Streams;

namespace Granary.Streams;

/// <summary>
/// Handles a batch that a subscriber did not accept within <see cref="StreamSettings.MaxDeliveryTime"/>: its events become dead
/// letters under the subscription's id, and the stream continues. Nothing is set aside here for a <see cref="JournalConsumer"/>: it
/// sets single events aside itself, and after any failure its next activation asks for the events after its checkpoint.
/// </summary>
internal sealed partial class JournalFailureHandler(
    JournalPartition partition,
    IStreamStore store,
    ConsumerSubscriptions consumers,
    TimeProvider clock,
    ILogger<JournalFailureHandler> logger) : IStreamFailureHandler
{
    /// <inheritdoc/>
    public bool ShouldFaultSubsriptionOnError => false;

    /// <inheritdoc/>
    public async Task OnDeliveryFailure(
        GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken)
    {
        var events = sequenceToken is null ? [] : partition.TakeFailed(sequenceToken);
        if (consumers.Contains(subscriptionId.Guid))
        {
            ConsumerHeldUp(streamIdentity, subscriptionId.Guid, events.Count);
            return;
        }

        DeliveryFailed(streamIdentity, subscriptionId.Guid, events.Count);
        var now = clock.GetUtcNow();
        var letters = events.Select(record => new DeadLetter(
            $"subscription:{subscriptionId.Guid:N}", partition.Number, record.Position, record.Stream, record.Version, record.Type,
            "The subscriber did not accept it in time; the subscriber's log has the reason.", 1, now)).ToList();
        if (letters.Count > 0)
        {
            await store.AddDeadLettersAsync(letters, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public Task OnSubscriptionFailure(
        GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken)
    {
        SubscriptionFailed(streamIdentity, subscriptionId.Guid);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Subscription} did not accept {Count} events of {Stream}.")]
    private partial void DeliveryFailed(StreamId stream, Guid subscription, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Subscription} did not accept {Count} events of {Stream} in time; it will resume from its checkpoint.")]
    private partial void ConsumerHeldUp(StreamId stream, Guid subscription, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Subscription} to {Stream} did not report its position.")]
    private partial void SubscriptionFailed(StreamId stream, Guid subscription);
}
