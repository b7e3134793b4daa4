using System.Collections.Concurrent;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;

namespace Granary.Silo.Tests.Saga;

/// <summary>A journal store whose commits can fail before or after they have happened, and that counts what is written.</summary>
public sealed class FaultyJournalStore(IJournalStore inner, FaultPlan plan) : IJournalStore, IAsyncDisposable
{
    private Func<IJournalStore, Task>? _interruption;
    private long _bytes;
    private long _commits;
    private long _writes;
    private readonly ConcurrentDictionary<string, long> _reads = new(StringComparer.Ordinal);

    /// <summary>Payload bytes appended.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Batches committed.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Times that a batch was brought to the store.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Times that the store was asked for one stream.</summary>
    public long Reads => _reads.Values.Sum();

    /// <summary>Times that the store was asked for this stream alone.</summary>
    public long ReadsOf(string stream) => _reads.GetValueOrDefault(stream);

    /// <summary>Whether the store is out of reach.</summary>
    public bool IsAway { get; set; }

    /// <summary>A stream that another activation has always just written to.</summary>
    public string? Contested { get; set; }

    /// <summary>For how many more appends the stream is contested.</summary>
    public int Contests { get; set; } = int.MaxValue;

    /// <summary>Runs an interruption just before the next batch, as if another silo had written.</summary>
    public void Interrupt(Func<IJournalStore, Task> interruption) => _interruption = interruption;

    /// <summary>The timeline of the database: a test adds one, as the promotion of a standby does.</summary>
    public int Timeline { get; set; } = 1;

    public Task InitializeAsync(CancellationToken cancellation) => inner.InitializeAsync(cancellation);

    public async Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
    {
        Interlocked.Increment(ref _writes);
        ThrowIfAway();
        var fault = plan.Next();
        if (fault == Fault.Before)
        {
            throw new JournalUnavailableException("Injected: the connection broke before the commit.");
        }

        if (Interlocked.Exchange(ref _interruption, null) is { } interruption)
        {
            await interruption(inner);
        }

        await AppendAsync(batch, outcomes);
        Interlocked.Increment(ref _commits);
        Interlocked.Add(ref _bytes, batch.Sum(append => append.Events.Sum(journalEvent => (long)journalEvent.Payload.Length)));
        if (fault == Fault.After)
        {
            throw new JournalUnavailableException("Injected: the connection broke during the commit.");
        }
    }

    public Task TryWriteAsync(bool thorough, CancellationToken cancellation) => inner.TryWriteAsync(thorough, cancellation);

    public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation)
    {
        _reads.AddOrUpdate(stream, 1, static (_, count) => count + 1);
        ThrowIfAway();
        return inner.ReadStreamAsync(stream, afterVersion, cancellation);
    }

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

    public ValueTask DisposeAsync() => inner is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;

    private async Task AppendAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
    {
        var failures = new Dictionary<string, Exception>(StringComparer.Ordinal);
        var taken = new List<int>();
        for (var i = 0; i < batch.Count; i++)
        {
            outcomes[i] = batch[i].Stream == Contested && Contests-- > 0
                ? new VersionConflictException(batch[i].Stream, batch[i].AfterVersion)
                : batch[i].FailureAfter(failures);
            if (outcomes[i] is { } failure)
            {
                failures[batch[i].Stream] = failure;
            }
            else
            {
                taken.Add(i);
            }
        }

        var takenOutcomes = new Exception?[taken.Count];
        await inner.AppendBatchAsync([.. taken.Select(i => batch[i])], takenOutcomes);
        foreach (var (i, outcome) in taken.Zip(takenOutcomes))
        {
            outcomes[i] = outcome;
        }
    }

    private void ThrowIfAway()
    {
        if (IsAway)
        {
            throw new JournalUnavailableException("Injected: the store is away.");
        }
    }
}
