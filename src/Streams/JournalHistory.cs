using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;

namespace Granary.Streams;

/// <summary>
/// The old part of the journal in pages. Consumers that catch up at the same time share a page and its read, so sixteen
/// partitions rebuilt from the beginning read the journal about once and not sixteen times.
/// </summary>
/// <param name="journal">One database of the journal.</param>
/// <param name="arrangement">
/// Changes when a partition was moved: the database may have got events before a page that was read earlier. Null where none can be moved.
/// </param>
public sealed class JournalHistory(IJournal journal, Func<int>? arrangement = null)
{
    /// <summary>Maximum number of events in a page.</summary>
    private const int PageLength = 4_096;

    private const int PagesKept = 8;

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _entries = new();

    /// <summary>A page that holds all events after a position up to the page's end.</summary>
    /// <param name="after">The last position seen.</param>
    /// <param name="readable">A position up to which the journal is known to be readable; the page may end beyond it.</param>
    /// <returns>
    /// Events, some of them possibly before <paramref name="after"/>, and the position up to which they are complete.
    /// </returns>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    public async Task<HistoryPage> ReadAsync(long after, long readable)
    {
        while (true)
        {
            var page = await PageFor(after, readable);
            if (page.Through > after)
            {
                return page;
            }
        }
    }

    private Task<HistoryPage> PageFor(long after, long readable)
    {
        var (timeline, arranged) = (journal.Timeline, arrangement?.Invoke() ?? 0);
        lock (_lock)
        {
            for (var node = _entries.First; node is not null; node = node.Next)
            {
                if (node.Value.Timeline == timeline && node.Value.Arrangement == arranged && node.Value.MayHold(after))
                {
                    _entries.Remove(node);
                    _entries.AddFirst(node);
                    return node.Value.Page;
                }
            }

            var page = ReadPageAsync(after, readable, timeline);
            _entries.AddFirst(new Entry(after, timeline, arranged, page));
            if (_entries.Count > PagesKept)
            {
                _entries.RemoveLast();
            }

            return page;
        }
    }

    private async Task<HistoryPage> ReadPageAsync(long after, long readable, int timeline)
    {
        var events = await journal.ReadAllAsync(after, PageLength);
        var last = events is [.., var newest] ? newest.Position : after;
        return new HistoryPage(events, events.Count == PageLength ? last : Math.Max(last, readable), timeline);
    }

    private sealed record Entry(long Start, int Timeline, int Arrangement, Task<HistoryPage> Page)
    {
        /// <summary>
        /// Whether the page may hold the events after the position; for a page that is still being read this is assumed.
        /// </summary>
        public bool MayHold(long after) =>
            Start <= after && (!Page.IsCompleted || (Page.IsCompletedSuccessfully && Page.Result.Through > after));
    }
}

/// <summary>Events of the journal in position order, complete up to <paramref name="Through"/>, on a timeline.</summary>
public sealed record HistoryPage(IReadOnlyList<JournalRecord> Events, long Through, int Timeline);
