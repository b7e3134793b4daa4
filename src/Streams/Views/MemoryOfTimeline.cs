using Granary.Grains.Interfaces;

namespace Granary.Streams.Views;

/// <summary>
/// The timeline of what a consumer writes from memory. Where the database has a later one, events that it has read may be lost, and so may
/// rows that it has written: it writes nothing more, and begins again at its checkpoint.
/// </summary>
public static class MemoryOfTimeline
{
    private static readonly AsyncLocal<int> Current = new();

    /// <summary>Says on which timeline the caller has read what it writes, for the writes that follow in this call.</summary>
    /// <param name="timeline">The timeline; 0 where it is not known.</param>
    public static void Set(int timeline) => Current.Value = timeline;

    /// <summary>Refuses a write from memory of an earlier timeline.</summary>
    /// <param name="timeline">The timeline of the database, looked at after a connection to it was opened.</param>
    /// <exception cref="JournalUnavailableException">The writer must read again.</exception>
    internal static void Verify(int timeline)
    {
        if (Current.Value != 0 && Current.Value != timeline)
        {
            throw new JournalUnavailableException(
                $"A standby of PostgreSQL was promoted (timeline {timeline}): what was read on timeline {Current.Value} is not written, and read again.");
        }
    }
}
