using System.Data.Common;
using Granary.Journal;
using Npgsql;

namespace Granary.Views;

/// <summary>Views in the journal's PostgreSQL database. Their tables are steps of its schema.</summary>
public sealed class PostgreSqlViews(NpgsqlDataSource dataSource) : IViewDatabase
{
    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellationToken) => PostgreSqlSchema.MigrateAsync(dataSource, cancellationToken);

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await work(connection, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await work(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
