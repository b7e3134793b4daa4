using Granary.Domain.Events;
using Granary.Grains.Interfaces;

namespace Granary.Journal;

/// <summary>
/// The journal stores every change of every order, stock item and user as events in streams. A stream belongs to one grain, its
/// versions are gapless from 1, and an append names the version it follows. So two activations of one grain can never both write
/// (optimistic concurrency, as in any event store; it also fences activations that the cluster lost track of).
/// </summary>
public interface IJournal
{
    /// <summary>
    /// Appends events to one stream, all or none, and returns when they are durable. Appends of all grains of a silo are
    /// committed in groups; an append that fails fails no others except those that require it.
    /// </summary>
    /// <exception cref="VersionConflictException">The stream does not end at the version that the append follows.</exception>
    /// <exception cref="JournalUnavailableException">
    /// The store cannot be reached and the caller cannot know whether the events are durable. Re-read the stream before deciding
    /// again.
    /// </exception>
    /// <exception cref="JournalAppendException">The store refuses these events; they are not durable.</exception>
    /// <exception cref="RequirementFailedException">
    /// A required append is not durable, or its outcome is unknown; nothing of this append is durable.
    /// </exception>
    Task AppendAsync(JournalAppend append);

    /// <summary>Raised after this process has made something durable; a process that only reads never raises it.</summary>
    event Action? Appended;

    /// <summary>
    /// Which history of the database is read and written: it grows when a standby takes the place of the primary, and what was known
    /// before may then be lost. Look at it before reading what is remembered, and again before relying on that. 0 where it is not known
    /// yet, and on SQLite, which has one history. Of several databases it is the sum, so it grows when any of them has a new history.
    /// </summary>
    int Timeline { get; }

    /// <summary>
    /// The databases of the journal, in the order of their numbers; the journal itself where it has one. Positions are compared, and all
    /// streams read, only within a database: <see cref="ReadAllAsync"/> and <see cref="ReadEndAsync"/> are for one of these.
    /// </summary>
    IReadOnlyList<IJournal> Databases => [this];

    /// <summary>The number of the database that has a partition of the streams.</summary>
    /// <exception cref="JournalUnavailableException">It is not known yet.</exception>
    int DatabaseOf(int partition) => 0;

    /// <summary>The database that has a stream: one of <see cref="Databases"/>.</summary>
    /// <exception cref="JournalUnavailableException">It is not known yet.</exception>
    IJournal Of(string stream) => this;

    /// <summary>Starts a commit of the queued <see cref="JournalAppend.IsDeferred">deferred</see> appends.</summary>
    void Flush();

    /// <summary>The events of a stream after a version, in order.</summary>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation = default);

    /// <summary>Events of some types in a part of a stream, in order: at most as many as the part has versions.</summary>
    /// <param name="afterVersion">The version before the part.</param>
    /// <param name="throughVersion">The last version of the part.</param>
    /// <param name="types">The type names to read; others are left out.</param>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation = default);

    /// <summary>All events of several streams, by stream and version; streams that do not exist are absent.</summary>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    Task<ILookup<string, JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation = default);

    /// <summary>
    /// Events of all streams after a position, in position order. A page never skips an event: when a running transaction may
    /// still insert an event before another one, the page ends before both.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation = default);

    /// <summary>
    /// The end of the journal: every event up to this position can be read, and no running transaction can still insert one
    /// there.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    Task<long> ReadEndAsync(CancellationToken cancellation = default);
}

/// <summary>Events for one stream that become durable together.</summary>
/// <param name="Stream">The stream's name, such as <c>order/01jd…</c>.</param>
/// <param name="AfterVersion">The version the stream must end at; 0 for a new stream.</param>
/// <param name="Events">At least one event; they get the versions after <paramref name="AfterVersion"/>.</param>
public sealed record JournalAppend(string Stream, long AfterVersion, IReadOnlyList<JournalEvent> Events)
{
    /// <summary>
    /// Appends that were queued in the same journal before this one and that this one requires: it is committed with them, after
    /// them, or not at all. So a decision can build on others that are not durable yet, as the commit groups of DeWitt et al.
    /// (SIGMOD 1984) let a transaction build on one that is pre-committed.
    /// </summary>
    public IReadOnlyList<Requirement> Requires { get; init; } = [];

    /// <summary>
    /// Whether the caller will append events that require this append. A deferred append starts no commit; it joins the next
    /// commit that starts. The caller must append more events or call <see cref="IJournal.Flush"/>.
    /// </summary>
    public bool IsDeferred { get; init; }

    /// <summary>
    /// The <see cref="IJournal.Timeline"/> of what the events were decided on; 0 where it is not known. On a later one the append is refused
    /// with a <see cref="VersionConflictException"/>, unless it is durable already: its stream may have lost events and got others since.
    /// </summary>
    public int Timeline { get; init; }

    /// <summary>The <see cref="Timeline"/> of a journal over several databases, where the other is that of the one that has the stream.</summary>
    internal int TimelineOfAll { get; init; }

    /// <summary>Until when an append is tried again whose partition is being moved, in milliseconds of the system's counter; 0 where it was not tried yet.</summary>
    internal long TriedUntil { get; init; }

    /// <summary>
    /// The depth of each append in a batch: 0 for an append that requires no other append of the batch, otherwise one more than
    /// the deepest append that it requires.
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

    /// <summary>The failure of this append if an append that it requires has failed; otherwise null.</summary>
    /// <param name="failures">The failures in the batch, by stream.</param>
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
