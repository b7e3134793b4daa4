using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Journal;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.Payments.Index;

/// <summary>Keeps the index of due payments from the journal.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Payments), PreferLocalPlacement]
public sealed class PaymentIndexConsumer(ConsumerServices services, IJournal journal, PaymentIndex index) : JournalConsumer(services)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "payment-index";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Payments;

    /// <inheritdoc/>
    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        var streams = events.Select(record => record.Stream).Where(stream => JournalStream.KindOf(stream) == StreamKind.Payment).Distinct().ToList();
        if (streams.Count == 0)
        {
            return;
        }

        // The whole history, a few events each, so that the result does not depend on what this process has seen.
        var histories = await journal.ReadStreamsAsync(streams);
        await index.UpsertAsync(
            [
                .. streams.Select(stream => Aggregate.Fold<PaymentState, PaymentEvent>(
                    PaymentState.Initial(JournalStream.KeyOf(stream)), histories[stream])),
            ],
            CancellationToken.None);
    }

    /// <summary>Most payments are over after this time, and are written once.</summary>
    protected override TimeSpan Pace => GatheringPace;
}
