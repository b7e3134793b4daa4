using Granary.Domain.Events;
using Granary.Journal;

namespace Granary.Silo.Tests.Journal;

/// <summary>Counts what reaches a store: one batch is one commit.</summary>
internal sealed class CountingStore(IJournalStore inner) : ForwardingStore(inner)
{
    private int _commits;

    public int Commits => _commits;

    public override Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
    {
        Interlocked.Increment(ref _commits);
        return base.AppendBatchAsync(batch, outcomes);
    }
}

/// <summary>Holds every batch back until the gate opens, so that appends queued meanwhile share the next batch.</summary>
internal sealed class GatedStore(IJournalStore inner, Task gate) : ForwardingStore(inner)
{
    public override async Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
    {
        await gate;
        await base.AppendBatchAsync(batch, outcomes);
    }
}

internal abstract class ForwardingStore(IJournalStore inner) : IJournalStore
{
    public int Timeline => inner.Timeline;

    public Task InitializeAsync(CancellationToken cancellation) => inner.InitializeAsync(cancellation);

    public virtual Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes) => inner.AppendBatchAsync(batch, outcomes);

    public virtual Task TryWriteAsync(bool thorough, CancellationToken cancellation) => inner.TryWriteAsync(thorough, cancellation);

    public virtual Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation) =>
        inner.ReadStreamAsync(stream, afterVersion, cancellation);

    public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation) =>
        inner.ReadStreamPartAsync(stream, afterVersion, throughVersion, types, cancellation);

    public Task<IReadOnlyList<JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation) =>
        inner.ReadStreamsAsync(streams, cancellation);

    public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation) =>
        inner.ReadAllAsync(afterPosition, limit, cancellation);

    public Task<IReadOnlyList<JournalRecord>> ReadTypeAsync(string type, long afterPosition, int limit, CancellationToken cancellation) =>
        inner.ReadTypeAsync(type, afterPosition, limit, cancellation);

    public Task<long> ReadEndAsync(CancellationToken cancellation) => inner.ReadEndAsync(cancellation);
}

/// <summary>Opens stores over a database that has no schema yet, and closes them.</summary>
public sealed class EmptyDatabase(Func<IJournalStore> create) : IAsyncDisposable
{
    private readonly System.Collections.Concurrent.ConcurrentBag<IJournalStore> _opened = [];

    public IJournalStore Open()
    {
        var store = create();
        _opened.Add(store);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _opened.OfType<IAsyncDisposable>())
        {
            await store.DisposeAsync();
        }
    }
}
