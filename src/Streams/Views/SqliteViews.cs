using System.Collections.Concurrent;
using System.Data.Common;
using Granary.Journal.Sqlite;
using Microsoft.Data.Sqlite;

namespace Granary.Streams.Views;

/// <summary>
/// Views in a separate SQLite file. A commit is not flushed to disk: after a power failure the newest commits may be missing,
/// checkpoints and views alike, and consumers, which ended with the machine, read these events again from the journal, which is
/// flushed. SQLite's calls block, so they run on the thread pool.
/// </summary>
/// <param name="file">Path of the database; its directory must exist.</param>
/// <param name="schema">The folder of the schema steps that create its tables.</param>
/// <param name="durable">Whether a commit is flushed, for data that the journal cannot restore.</param>
/// <param name="patience">How long a statement waits while another process holds the file; by default 10 seconds.</param>
public sealed class SqliteViews(string file, string schema = "SqliteViews", bool durable = false, TimeSpan? patience = null)
    : IViewDatabase, IAsyncDisposable
{
    private const int Readers = 4;

    private readonly SqliteFile _file = new(file, durable, patience ?? TimeSpan.FromSeconds(10));
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _readers = new(Readers, Readers);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.Sqlite;

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var connection = _file.Open();
            SqliteSchema.Migrate(connection, schema);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        UseAsync(_readers, work, cancellationToken);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        UseAsync(
            _turn,
            async (connection, cancellation) =>
            {
                await using var transaction = ((SqliteConnection)connection).BeginTransaction(deferred: false);
                var result = await work(connection, cancellation);
                await transaction.CommitAsync(cancellation);
                _file.BoundLog((SqliteConnection)connection);
                return result;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        while (_idle.TryTake(out var connection))
        {
            await connection.DisposeAsync();
        }

        _turn.Dispose();
        _readers.Dispose();
    }

    private async Task<T> UseAsync<T>(SemaphoreSlim gate, Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(
                async () =>
                {
                    if (!_idle.TryTake(out var connection))
                    {
                        connection = _file.Open();
                    }

                    T result;
                    try
                    {
                        result = await work(connection, cancellationToken);
                    }
                    catch
                    {
                        await connection.DisposeAsync();
                        throw;
                    }

                    _idle.Add(connection);
                    return result;
                },
                cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }
}
