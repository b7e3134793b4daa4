using System.Data.Common;
using Granary.Journal.PostgreSql;
using Npgsql;

namespace Granary.Streams.Views;

/// <summary>
/// Views in the journal's PostgreSQL database. Their tables are steps of its schema. A commit waits for the disk, although the
/// journal could restore the views: a consumer outlives a crash of the server and does not ask again for events that it has
/// processed.
/// </summary>
/// <param name="servers">The journal's database.</param>
public sealed class PostgreSqlViews(PostgreSqlServers servers) : IViewDatabase, IAsyncDisposable
{
    // While a synchronous standby is away, every writer waits for it in its commit and holds its connection: readers have a pool of their own.
    private readonly NpgsqlDataSource _reads = servers.OpenSmall(Adapt);
    private readonly NpgsqlDataSource _writes = servers.Open(Adapt);

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.PostgreSql;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reads.DisposeAsync();
        await _writes.DisposeAsync();
    }

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellationToken) => PostgreSqlSchema.MigrateAsync(_writes, cancellationToken);

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _reads.OpenConnectionAsync(cancellationToken);
        return await work(connection, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _writes.OpenConnectionAsync(cancellationToken);

            // Only now: the connection may be the first to a new primary.
            MemoryOfTimeline.Verify(servers.Fence.Timeline);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await work(connection, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (NpgsqlException fault)
        {
            servers.ClearIfReadOnly(fault);
            throw;
        }
    }

    private static void Adapt(NpgsqlConnectionStringBuilder settings)
    {
        settings.Options += " -c synchronous_commit=on";
        settings.MaxAutoPrepare = 50;

        // No work here changes its session, so there is nothing to reset before the next use.
        settings.NoResetOnClose = true;
    }
}
