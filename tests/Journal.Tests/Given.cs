namespace Granary.Journal.Tests;

/// <summary>Appends and streams for tests.</summary>
internal static class Given
{
    public static string Stream(string kind = "order") => $"{kind}/{Guid.NewGuid():n}";

    public static JournalAppend Append(string stream, long after, int events = 1) =>
        new(stream, after, [.. Enumerable.Range(1, events).Select(i => Event($$"""{"number":{{after + i}}}"""))]);

    public static JournalEvent Event(string json, string type = "order.noted") =>
        new(type, System.Text.Encoding.UTF8.GetBytes(json), DateTimeOffset.UtcNow);

    /// <summary>Appends a batch and returns its outcomes.</summary>
    public static async Task<Exception?[]> AppendAsync(this IJournalStore store, params JournalAppend[] batch)
    {
        var outcomes = new Exception?[batch.Length];
        await store.AppendBatchAsync(batch, outcomes);
        return outcomes;
    }

    /// <summary>Every event of the journal, read in pages as a consumer does.</summary>
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
