using System.Data.Common;
using Granary.Journal.PostgreSql;

namespace Granary.Streams.Views;

/// <summary>The views as a snapshot of a replica shows them: what reads views at the primary reads them here in the same way.</summary>
public sealed class SnapshotViews(ReplicaSnapshot snapshot) : IViewDatabase
{
    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.PostgreSql;

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        snapshot.ReadAsync((connection, cancellation) => work(connection, cancellation), cancellationToken);

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellationToken) => throw NoWriting();

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => throw NoWriting();

    private static NotSupportedException NoWriting() => new("A replica takes no writes.");
}
