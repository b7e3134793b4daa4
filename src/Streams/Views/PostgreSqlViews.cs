using System.Data.Common;
using Granary.Journal.PostgreSql;
using Npgsql;

namespace Granary.Streams.Views;

/// <summary>
/// Views in the journal's PostgreSQL database. Their tables are steps of its schema. A commit waits for the disk, although the
/// journal could restore the views: a consumer outlives a crash of the server and does not ask again for events that it has
/// processed.
/// </summary>
/// <param name="connectionString">The journal's database.</param>
public sealed class PostgreSqlViews(string connectionString) : IViewDatabase, IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        Options = "-c synchronous_commit=on",
        MaxAutoPrepare = 50,
        MaxPoolSize = 20,

        // No work here changes its session, so there is nothing to reset before the next use.
        NoResetOnClose = true,
    });

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.PostgreSql;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellationToken) => PostgreSqlSchema.MigrateAsync(_dataSource, cancellationToken);

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return await work(connection, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await work(connection, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (NpgsqlException fault)
        {
            _dataSource.ClearIfReadOnly(fault);
            throw;
        }
    }
}
