using Granary.Journal;
using Granary.Streams;

namespace Granary.Grains.Webhooks;

/// <summary>The end of the journal at some time, as a webhook keeps it.</summary>
/// <param name="First">The end of the only database, or of the first.</param>
/// <param name="OfSeveral">The position in each partition; null where the journal had one database, or no event.</param>
public sealed record JournalEnd(long First, PartitionPositions? OfSeveral)
{
    /// <summary>One position for all streams.</summary>
    public static JournalEnd At(long position) => new(position, null);

    /// <summary>Reads it from the journal.</summary>
    /// <exception cref="Interfaces.JournalUnavailableException">A database cannot be reached.</exception>
    public static async Task<JournalEnd> ReadAsync(IJournal journal, int partitions)
    {
        ArgumentNullException.ThrowIfNull(journal);

        // First: a partition that moves meanwhile has a later end where it moves to.
        int[] places = [.. Enumerable.Range(0, partitions).Select(journal.DatabaseOf)];
        var ends = await Task.WhenAll(journal.Databases.Select(database => database.ReadEndAsync()));
        return new JournalEnd(ends[0], ends.Distinct().Count() == 1 ? null : PartitionPositions.Of(partitions, partition => ends[places[partition]]));
    }

    /// <summary>Reads it from its row.</summary>
    /// <exception cref="FormatException">The text is none of positions.</exception>
    public static JournalEnd Of(long first, string? ofSeveral) => new(
        first,
        ofSeveral is null ? null : PartitionPositions.Parse(ofSeveral) ?? throw new FormatException($"'{ofSeveral}' is no position of the journal."));

    /// <summary>Whether an event was appended later.</summary>
    public bool IsBefore(string stream, long position) => OfSeveral?.IsBefore(stream, position) ?? position > First;
}
