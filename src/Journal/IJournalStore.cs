using Granary.Domain.Events;
using Granary.Grains.Interfaces;

namespace Granary.Journal;

/// <summary>
/// The operations that a database provides for the journal. <see cref="GroupCommitJournal"/> adds group commit; the contract
/// suite in <c>tests/</c> runs against every implementation.
/// </summary>
public interface IJournalStore
{
    /// <inheritdoc cref="IJournal.Timeline"/>
    int Timeline { get; }

    /// <summary>Creates or migrates the schema. Idempotent, and safe when several processes start at once.</summary>
    Task InitializeAsync(CancellationToken cancellation);

    /// <summary>
    /// Makes a batch durable in one commit. Every append is all or nothing. An append that fails fails no others except those
    /// that <see cref="JournalAppend.Requires">require</see> it. A stream occurs at most once in a batch, and everything an
    /// append requires is durable or comes before it in the batch.
    /// </summary>
    /// <param name="batch">The appends.</param>
    /// <param name="outcomes">
    /// One element per append: null when it is durable, otherwise a <see cref="VersionConflictException"/>, a
    /// <see cref="JournalAppendException"/> or a <see cref="RequirementFailedException"/>. It is filled when the call returns.
    /// </param>
    /// <exception cref="JournalUnavailableException">
    /// The outcome of the batch is unknown, even after the store tried to settle it.
    /// </exception>
    Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes);

    /// <summary>Makes a commit that changes nothing and returns when it is durable. It is tried once, without waiting for the store.</summary>
    /// <param name="thorough">
    /// Whether it also takes space for a small batch, which it gives back. That costs the store more, so it is for a store that has
    /// just failed.
    /// </param>
    /// <exception cref="JournalUnavailableException">The store cannot be reached or takes no writes.</exception>
    Task TryWriteAsync(bool thorough, CancellationToken cancellation);

    /// <inheritdoc cref="IJournal.ReadStreamAsync"/>
    Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation);

    /// <inheritdoc cref="IJournal.ReadStreamPartAsync"/>
    Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation);

    /// <inheritdoc cref="IJournal.ReadStreamsAsync"/>
    Task<IReadOnlyList<JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation);

    /// <inheritdoc cref="IJournal.ReadAllAsync"/>
    Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation);

    /// <summary>
    /// Events of one type after a position, in position order, also those that <see cref="ReadAllAsync"/> holds back because a running
    /// transaction may still insert others before them.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    Task<IReadOnlyList<JournalRecord>> ReadTypeAsync(string type, long afterPosition, int limit, CancellationToken cancellation);

    /// <inheritdoc cref="IJournal.ReadEndAsync"/>
    Task<long> ReadEndAsync(CancellationToken cancellation);
}
