using Granary.Domain.Events;
using Granary.Grains.Interfaces;

namespace Granary.Journal;

/// <summary>
/// A journal over several databases. A stream is in the database that has its partition, and each database has a writer and a group
/// commit of its own. There is no commit over two databases: an append that requires one in another database is queued once that is
/// durable, as an order's append is whose participants are on another silo.
/// </summary>
public sealed class PartitionedJournal : IJournal, IAsyncDisposable
{
    /// <summary>How long an append waits for a partition that is being moved.</summary>
    private static readonly TimeSpan LongestMove = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan MovePause = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<IJournal> _databases;
    private readonly JournalPartitions _partitions;

    /// <param name="databases">One journal per database, in the order of their numbers.</param>
    /// <param name="partitions">Which database has which partition.</param>
    public PartitionedJournal(IReadOnlyList<IJournal> databases, JournalPartitions partitions)
    {
        (_databases, _partitions) = (databases, partitions);
        foreach (var writer in databases.OfType<GroupCommitJournal>())
        {
            writer.AppendMovedAsync = AppendMovedAsync;
        }
    }

    /// <inheritdoc/>
    public event Action? Appended
    {
        add => ForEach(database => database.Appended += value);
        remove => ForEach(database => database.Appended -= value);
    }

    /// <inheritdoc/>
    public int Timeline => _databases.Sum(database => database.Timeline);

    /// <inheritdoc/>
    public IReadOnlyList<IJournal> Databases => _databases;

    /// <inheritdoc/>
    public int DatabaseOf(int partition) => _partitions.DatabaseOf(partition);

    /// <inheritdoc/>
    public IJournal Of(string stream) => _databases[_partitions.DatabaseOf(stream)];

    /// <inheritdoc/>
    public Task AppendAsync(JournalAppend append)
    {
        ArgumentNullException.ThrowIfNull(append);
        try
        {
            var database = _partitions.DatabaseOf(append.Stream);
            List<Requirement>? elsewhere = null;
            foreach (var required in append.Requires)
            {
                if (!required.Outcome.IsCompleted && _partitions.DatabaseOf(required.Stream) != database)
                {
                    (elsewhere ??= []).Add(required);
                }
            }

            // Without a wait the task must be the writer's own: what requires this append asks whether it has ended.
            return elsewhere is null ? AppendTo(database, append) : AppendAfterAsync(elsewhere, append);
        }
        catch (JournalUnavailableException fault)
        {
            return Task.FromException(fault);
        }
    }

    /// <inheritdoc/>
    public void Flush() => ForEach(static database => database.Flush());

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation = default) =>
        Of(stream).ReadStreamAsync(stream, afterVersion, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation = default) =>
        Of(stream).ReadStreamPartAsync(stream, afterVersion, throughVersion, types, cancellation);

    /// <inheritdoc/>
    public async Task<ILookup<string, JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation = default)
    {
        var read = await Task.WhenAll(
            streams.GroupBy(_partitions.DatabaseOf).Select(some => _databases[some.Key].ReadStreamsAsync([.. some], cancellation)));
        return read.SelectMany(found => found).SelectMany(records => records).ToLookup(record => record.Stream, StringComparer.Ordinal);
    }

    /// <summary>Always throws: what is read of all streams is read of each of <see cref="Databases"/>.</summary>
    public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation = default) =>
        throw new NotSupportedException("Positions of several databases cannot be compared: read each database.");

    /// <summary>Always throws: each of <see cref="Databases"/> has an end of its own.</summary>
    public Task<long> ReadEndAsync(CancellationToken cancellation = default) =>
        throw new NotSupportedException("Positions of several databases cannot be compared: read the end of each database.");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.OfType<IAsyncDisposable>())
        {
            await database.DisposeAsync();
        }
    }

    /// <summary>
    /// Appends once what is required in other databases is durable, which is committed at once; or refuses, where it has failed.
    /// </summary>
    private async Task AppendAfterAsync(IReadOnlyList<Requirement> elsewhere, JournalAppend append)
    {
        foreach (var database in elsewhere.Select(required => _partitions.DatabaseOf(required.Stream)).Distinct())
        {
            _databases[database].Flush();
        }

        // Their outcomes are judged by the writer, as those of requirements in its own database.
        await Task.WhenAll(elsewhere.Select(required => required.Outcome)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await AppendTo(_partitions.DatabaseOf(append.Stream), append);
    }

    /// <summary>Appends again what a database did not take, because a partition is being moved: its own, or that of an append that it requires.</summary>
    private async Task AppendMovedAsync(JournalAppend append)
    {
        var until = append.TriedUntil == 0 ? Environment.TickCount64 + (long)LongestMove.TotalMilliseconds : append.TriedUntil;
        if (Environment.TickCount64 >= until)
        {
            throw new JournalUnavailableException($"The partition of stream {append.Stream} is being moved to another database.");
        }

        await Task.Delay(MovePause);
        await _partitions.RefreshAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // What is required may be anywhere now, and no other append would start the commit of this one.
        await AppendAfterAsync([.. append.Requires.Where(required => !required.Outcome.IsCompleted)], append with
        {
            IsDeferred = false, TriedUntil = until, Timeline = append.TimelineOfAll,
        });
    }

    /// <summary>
    /// Appends to a database, which knows only its own timeline. Where any database has a new one since the decision, what the append was
    /// decided on may be lost, there or here.
    /// </summary>
    private Task AppendTo(int database, JournalAppend append)
    {
        // Read before it is compared with that of all: if it advances between, the append is outdated for the database.
        var journal = _databases[database];
        var own = journal.Timeline;
        return append.Timeline == 0 ? journal.AppendAsync(append)
            : append.Timeline < Timeline ? Task.FromException(new VersionConflictException(append.Stream, append.AfterVersion))
            : journal.AppendAsync(append with { Timeline = own, TimelineOfAll = append.Timeline });
    }

    private void ForEach(Action<IJournal> action)
    {
        foreach (var database in _databases)
        {
            action(database);
        }
    }
}
