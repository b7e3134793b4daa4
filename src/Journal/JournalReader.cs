using Granary.Domain.Events;

namespace Granary.Journal;

/// <summary>The journal in a process that hosts no grains: it reads and never appends.</summary>
public sealed class JournalReader(IJournalStore store) : IJournal
{
    /// <inheritdoc/>
    public event Action? Appended
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public int Timeline => store.Timeline;

    /// <inheritdoc/>
    public Task AppendAsync(JournalAppend append) =>
        throw new NotSupportedException("Only grains append to the journal, and this process hosts none.");

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation = default) =>
        store.ReadStreamAsync(stream, afterVersion, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation = default) =>
        store.ReadStreamPartAsync(stream, afterVersion, throughVersion, types, cancellation);

    /// <inheritdoc/>
    public async Task<ILookup<string, JournalRecord>> ReadStreamsAsync(
        IReadOnlyCollection<string> streams, CancellationToken cancellation = default) =>
        (await store.ReadStreamsAsync(streams, cancellation)).ToLookup(record => record.Stream, StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation = default) =>
        store.ReadAllAsync(afterPosition, limit, cancellation);

    /// <inheritdoc/>
    public Task<long> ReadEndAsync(CancellationToken cancellation = default) => store.ReadEndAsync(cancellation);
}
