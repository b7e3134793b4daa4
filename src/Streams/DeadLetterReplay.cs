namespace Granary.Streams;

/// <summary>Has consumers try again what they have set aside: what the command <c>dead-letters</c> and the API share.</summary>
/// <param name="grains">Gives the running product's consumers; it is not asked where no letter can be replayed.</param>
public sealed class DeadLetterReplay(Func<Task<IGrainFactory>> grains)
{
    /// <summary>Where Orleans' own subscribers keep their letters: they have no checkpoint and no way back to one event.</summary>
    private const string PlainSubscriber = "subscription:";

    /// <summary>Letters in one call: each may be tried several times before it is given up, and a call has its time.</summary>
    private const int LettersPerCall = 8;

    /// <summary>Whether a consumer can be asked to try its letters again; a plain subscriber gets what comes and keeps no place.</summary>
    public static bool CanReplay(string consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        return !consumer.StartsWith(PlainSubscriber, StringComparison.Ordinal);
    }

    /// <summary>Has a consumer try letters again. Those that it takes are no longer dead letters; the others keep the newest error.</summary>
    /// <param name="consumer">One for which <see cref="CanReplay"/> holds.</param>
    /// <param name="letters">Letters of this consumer.</param>
    /// <returns>How many it took.</returns>
    public async Task<int> ReplayAsync(string consumer, IReadOnlyCollection<DeadLetter> letters)
    {
        var factory = await grains();
        var taken = 0;
        foreach (var call in letters.GroupBy(letter => letter.Partition).SelectMany(partition => partition.Chunk(LettersPerCall)))
        {
            taken += await factory.JournalConsumer(consumer, call[0].Partition).ReplayAsync([.. call.Select(letter => letter.Position)]);
        }

        return taken;
    }
}

/// <summary>Finds consumers of the streams, which have one grain a partition.</summary>
public static class ConsumerLookup
{
    /// <summary>One partition of a consumer. Its grain type is the consumer's name.</summary>
    public static IJournalConsumer JournalConsumer(this IGrainFactory grains, string consumer, int partition) => grains.GetGrain<IJournalConsumer>(
        GrainId.Create(consumer, StreamNames.StreamOf(StreamNames.Orders, partition).GetKeyAsString()));
}
