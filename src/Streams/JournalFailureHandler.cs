using Orleans.Streams;

namespace Granary.Streams;

/// <summary>
/// Handles a batch that a subscriber did not accept within <see cref="StreamSettings.MaxDeliveryTime"/>: its events become dead
/// letters under the subscription's id, and the stream continues. A <see cref="JournalConsumer"/> sets single events aside itself
/// and resumes from its checkpoint after any failure, so dead letters written here for such a consumer are at worst duplicates.
/// </summary>
internal sealed partial class JournalFailureHandler(
    JournalPartition partition, IStreamStore store, TimeProvider clock, ILogger<JournalFailureHandler> logger) : IStreamFailureHandler
{
    /// <inheritdoc/>
    public bool ShouldFaultSubsriptionOnError => false;

    /// <inheritdoc/>
    public async Task OnDeliveryFailure(
        GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken)
    {
        var events = sequenceToken is null ? [] : partition.TakeFailed(sequenceToken);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Subscription} to {Stream} did not report its position.")]
    private partial void SubscriptionFailed(StreamId stream, Guid subscription);
}
