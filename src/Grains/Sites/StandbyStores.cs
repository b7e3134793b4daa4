using System.Data.Common;
using Granary.Domain.Events;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Grains.Sites;

/// <summary>The journal of a site that takes no writes.</summary>
public sealed class StandbyJournal(StandbyReads standby) : IJournal
{
    /// <inheritdoc/>
    public event Action? Appended
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public int Timeline => standby.Timeline;

    /// <inheritdoc/>
    public Task AppendAsync(JournalAppend append) => throw standby.NeedsWriter();

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation = default) =>
        standby.ReadAsync(snapshot => snapshot.Journal.ReadStreamAsync(stream, afterVersion, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation = default) =>
        standby.ReadAsync(snapshot => snapshot.Journal.ReadStreamPartAsync(stream, afterVersion, throughVersion, types, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<ILookup<string, JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation = default) =>
        standby.ReadAsync(snapshot => snapshot.Journal.ReadStreamsAsync(streams, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation = default) =>
        standby.ReadAsync(snapshot => snapshot.Journal.ReadAllAsync(afterPosition, limit, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<long> ReadEndAsync(CancellationToken cancellation = default) =>
        standby.ReadAsync(snapshot => snapshot.Journal.ReadEndAsync(cancellation), cancellation);
}

/// <summary>The views of a site that takes no writes.</summary>
public sealed class StandbyViews(StandbyReads standby) : IViewDatabase
{
    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.PostgreSql;

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        standby.ReadAsync(snapshot => snapshot.ReadAsync((connection, cancellation) => work(connection, cancellation), cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellationToken) => throw standby.NeedsWriter();

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => throw standby.NeedsWriter();
}
