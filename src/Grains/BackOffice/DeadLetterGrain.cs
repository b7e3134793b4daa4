using Granary.Grains.Interfaces.BackOffice;
using Granary.Streams;
using Orleans.Concurrency;

namespace Granary.Grains.BackOffice;

/// <summary>Lists dead letters and has consumers try them again, on the silo that receives the call.</summary>
[StatelessWorker]
public sealed class DeadLetterGrain(IStreamStore store) : Grain, IDeadLetterGrain
{
    /// <inheritdoc/>
    public Task<DeadLetterPage> List(DeadLetterQuery query) => ViewReading.Of(async () =>
    {
        // One letter more than the page shows whether another page follows.
        var letters = await store.ReadDeadLettersAsync(query.Consumer, query.Limit + 1, CancellationToken.None, query.After is { } after ? (after.Consumer, after.Position) : null);
        return new DeadLetterPage([.. letters.Take(query.Limit).Select(LineOf)], letters.Count > query.Limit);
    });

    /// <inheritdoc/>
    public Task<ReplayReply> Replay(DeadLetterPlace letter) => ViewReading.Of(async () =>
    {
        if (await store.FindDeadLetterAsync(letter.Consumer, letter.Position, CancellationToken.None) is not { } found)
        {
            return new ReplayReply(ReplayOutcome.Unknown);
        }

        if (!DeadLetterReplay.CanReplay(letter.Consumer))
        {
            return new ReplayReply(ReplayOutcome.NotReplayable);
        }

        if (await new DeadLetterReplay(() => Task.FromResult(GrainFactory)).ReplayAsync(letter.Consumer, [found]) == 1)
        {
            return new ReplayReply(ReplayOutcome.Taken);
        }

        // The consumer has stored why. Where another caller's replay was quicker, the letter is gone.
        return await store.FindDeadLetterAsync(letter.Consumer, letter.Position, CancellationToken.None) is { } refused
            ? new ReplayReply(ReplayOutcome.Refused, refused.Error)
            : new ReplayReply(ReplayOutcome.Taken);
    });

    private static DeadLetterLine LineOf(DeadLetter letter) => new(
        new DeadLetterPlace(letter.Consumer, letter.Position), letter.Stream, letter.Version, letter.Type, letter.Error, letter.Attempts, letter.At);
}
