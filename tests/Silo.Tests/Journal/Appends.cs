using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;

namespace Granary.Silo.Tests.Journal;

/// <summary>Appends and streams for tests.</summary>
internal static class Appends
{
    public static string NewStream(string kind = "order") => $"{kind}/{Guid.NewGuid():n}";

    public static JournalAppend To(string stream, long after, int events = 1) =>
        new(stream, after, [.. Enumerable.Range(1, events).Select(i => Event($$"""{"number":{{after + i}}}"""))]);

    /// <summary>The append, requiring others whose outcome is not known yet.</summary>
    public static JournalAppend Requiring(this JournalAppend append, params JournalAppend[] required) =>
        append with { Requires = [.. required.Select(other => new Requirement(other.Stream, new TaskCompletionSource().Task))] };

    public static JournalEvent Event(string json, string type = "order.noted") =>
        new(type, System.Text.Encoding.UTF8.GetBytes(json), DateTimeOffset.UtcNow);

    /// <summary>Appends a batch and returns its outcomes.</summary>
    public static async Task<Exception?[]> AppendAsync(this IJournalStore store, params JournalAppend[] batch)
    {
        var outcomes = new Exception?[batch.Length];
        await store.AppendBatchAsync(batch, outcomes);
        return outcomes;
    }

    /// <summary>
    /// Reads this number of events of the journal in pages, like a consumer. It waits for them: a page may end early because of a
    /// transaction of another test on the same server.
    /// </summary>
    public static async Task<List<JournalRecord>> ReadAsync(this IJournalStore store, int count, int page, CancellationToken cancellation)
    {
        var all = new List<JournalRecord>();
        while (all.Count < count)
        {
            all.AddRange(await store.ReadAllAsync(all.Count == 0 ? 0 : all[^1].Position, page, cancellation));
        }

        return all;
    }

    /// <summary>Every settled event of the journal, read in pages.</summary>
    public static async Task<List<JournalRecord>> ReadEverythingAsync(this IJournalStore store, int page, CancellationToken cancellation)
    {
        var all = new List<JournalRecord>();
        while (await store.ReadAllAsync(all.Count == 0 ? 0 : all[^1].Position, page, cancellation) is { Count: > 0 } records)
        {
            all.AddRange(records);
        }

        return all;
    }
}
