using Granary.Domain.Events;
using Granary.Grains.Interfaces;

namespace Granary.Journal;

/// <summary>
/// The journal: every change of every order, stock item and user, as events in streams. A stream belongs to one grain, its
/// versions are gapless from 1, and an append names the version it follows, so that two activations of one grain can never
/// both write (optimistic concurrency as in any event store; here it also fences activations that a cluster lost sight of).
/// </summary>
public interface IJournal
{
    /// <summary>
    /// Appends events to one stream, all or none, and returns when they are durable. Appends of all grains of a silo are
    /// committed in groups; one that fails does not fail the others, but for those that require it.
    /// </summary>
    /// <exception cref="VersionConflictException">The stream does not end at the version that the append follows.</exception>
    /// <exception cref="JournalUnavailableException">
    /// The store is out of reach and it is not known whether the events are durable. Re-read before deciding again.
    /// </exception>
    /// <exception cref="JournalAppendException">The store refuses these events; they are not durable.</exception>
    /// <exception cref="RequirementFailedException">
    /// What the append requires did not become durable, or that is unknown; nothing of the append is durable.
    /// </exception>
    Task AppendAsync(JournalAppend append);

    /// <summary>Starts a commit of what was handed in and <see cref="JournalAppend.IsDeferred">deferred</see>.</summary>
    void Flush();

    /// <summary>The events of a stream after a version, in order.</summary>
    /// <exception cref="JournalUnavailableException">The store is out of reach.</exception>
    Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation = default);

    /// <summary>All events of several streams, by stream and version; streams that do not exist are absent.</summary>
    /// <exception cref="JournalUnavailableException">The store is out of reach.</exception>
    Task<ILookup<string, JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation = default);

    /// <summary>
    /// Events of all streams after a position, in position order. An event that a transaction still under way may place
    /// before another one is never skipped: the page ends before it.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store is out of reach.</exception>
    Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation = default);

    /// <summary>
    /// The end of the journal: every event at or before it can be read, and no transaction still under way will place one there.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store is out of reach.</exception>
    Task<long> ReadEndAsync(CancellationToken cancellation = default);
}

/// <summary>Events for one stream, to be made durable together.</summary>
/// <param name="Stream">The stream's name, such as <c>order/01jd…</c>.</param>
/// <param name="AfterVersion">The version the stream must end at; 0 for a new stream.</param>
/// <param name="Events">At least one event; they get the versions that follow.</param>
public sealed record JournalAppend(string Stream, long AfterVersion, IReadOnlyList<JournalEvent> Events)
{
    /// <summary>
    /// Appends handed in to the same journal before this one, without which it must not become durable: it is committed with them,
    /// after them, or not at all. So a decision can build on others that are still on their way to the disk, as the commit groups
    /// of DeWitt et al. (SIGMOD 1984) let a transaction build on one that is pre-committed.
    /// </summary>
    public IReadOnlyList<Requirement> Requires { get; init; } = [];

    /// <summary>
    /// Whether an append that requires this one is to follow. It then starts no commit alone: it goes with the next one that starts.
    /// Whoever has it deferred sees to it that something follows or calls <see cref="IJournal.Flush"/>.
    /// </summary>
    public bool IsDeferred { get; init; }

    /// <summary>
    /// How deep in a batch each append stands: 0 for one that requires nothing of the batch, otherwise one more than the deepest
    /// that it requires.
    /// </summary>
    public static int[] LevelsOf(IReadOnlyList<JournalAppend> batch)
    {
        var levels = new int[batch.Count];
        var byStream = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < levels.Length; i++)
        {
            foreach (var required in batch[i].Requires)
            {
                if (!required.IsDurable && byStream.TryGetValue(required.Stream, out var level))
                {
                    levels[i] = Math.Max(levels[i], level + 1);
                }
            }

            byStream[batch[i].Stream] = levels[i];
        }

        return levels;
    }

    /// <summary>Its own failure where one of those that it requires has failed; null otherwise.</summary>
    /// <param name="failures">What failed in its batch, by stream.</param>
    public RequirementFailedException? FailureAfter(Dictionary<string, Exception> failures)
    {
        foreach (var required in failures.Count > 0 ? Requires : [])
        {
            if (!required.IsDurable && failures.TryGetValue(required.Stream, out var failure))
            {
                return new RequirementFailedException(Stream, failure);
            }
        }

        return null;
    }
}

/// <summary>An append that another one requires.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Outcome">What <see cref="IJournal.AppendAsync"/> returned for it.</param>
public readonly record struct Requirement(string Stream, Task Outcome)
{
    /// <summary>Whether it is durable by now.</summary>
    public bool IsDurable => Outcome.IsCompletedSuccessfully;
}
