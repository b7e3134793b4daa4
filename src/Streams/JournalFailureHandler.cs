using Orleans.Streams;

namespace Granary.Streams;

/// <summary>
/// What happens to a batch that a subscriber did not take within <see cref="StreamSettings.MaxDeliveryTime"/>: its events go
/// to the dead letters under the subscription's id, and the stream flows on. A <see cref="JournalConsumer"/> sets single
/// events aside itself and, after any failure, resumes from its checkpoint: what is set aside here for it is a double at worst.
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
            "It was not taken in time; the subscriber's log says why.", 1, now)).ToList();
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

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} events of {Stream} were not taken by subscription {Subscription}.")]
    private partial void DeliveryFailed(StreamId stream, Guid subscription, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Subscription} to {Stream} did not say where it stands.")]
    private partial void SubscriptionFailed(StreamId stream, Guid subscription);
}
