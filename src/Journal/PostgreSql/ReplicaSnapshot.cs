using Granary.Domain.Events;
using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// What a standby shows at one moment: every read in it sees the same. It is one session, so reads take turns. Where one of them fails, the snapshot is
/// worth nothing any more.
/// </summary>
public sealed class ReplicaSnapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly PostgreSqlHost _host;
    private readonly PostgreSqlReplicas _replicas;
    private readonly SemaphoreSlim _turn = new(1, 1);

    internal ReplicaSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, PostgreSqlHost host, PostgreSqlReplicas replicas)
    {
        (_connection, _transaction, _host, _replicas) = (connection, transaction, host, replicas);
        Journal = new SnapshotJournal(this);
    }

    /// <summary>The journal as the snapshot shows it.</summary>
    public IJournal Journal { get; }

    /// <summary>Runs a read.</summary>
    /// <exception cref="NpgsqlException">The standby does not answer, or has ended the read because it must apply what the read is in the way of.</exception>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        await _turn.WaitAsync(cancellation);
        try
        {
            return _connection.State == System.Data.ConnectionState.Open
                ? await work(_connection, cancellation)
                : throw new NpgsqlException("The connection to the standby is lost.");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection.State != System.Data.ConnectionState.Open)
        {
            _replicas.Avoid(_host);
        }

        try
        {
            await _transaction.DisposeAsync();
        }
        catch (Exception fault) when (PostgreSqlReplicas.IsFault(fault))
        {
            // There is nothing to give back.
            _replicas.Avoid(_host);
        }

        await _connection.DisposeAsync();
        _turn.Dispose();
    }

    /// <summary>
    /// The journal of the snapshot. Its rule of what is stable holds on a standby as on a primary (<see cref="JournalQueries.StablePosition"/>). A
    /// standby takes every transaction for a running one from the first record in the log of it, or of a later one, until it applies its commit or
    /// its abort; <c>xmin</c> of a snapshot is the oldest of those, and never above what it has not met yet. So all rows of transactions below it are
    /// there, or never will be. That transactions of which only subtransactions are known may be missing from a snapshot (<c>suboverflowed</c>) does
    /// not matter: a subtransaction is younger than its transaction, which stays. The offset of positions comes from the same snapshot.
    /// </summary>
    private sealed class SnapshotJournal(ReplicaSnapshot snapshot) : IJournal
    {
        public event Action? Appended
        {
            add { }
            remove { }
        }

        public int Timeline => 0;

        public Task AppendAsync(JournalAppend append) => throw new NotSupportedException("A replica takes no events.");

        public void Flush()
        {
        }

        public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation = default) =>
            ReadAsync(JournalQueries.OfStream(stream, afterVersion), cancellation);

        public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
            string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation = default) =>
            ReadAsync(JournalQueries.OfStreamPart(stream, afterVersion, throughVersion, types), cancellation);

        public async Task<ILookup<string, JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation = default) =>
            (await ReadAsync(JournalQueries.OfStreams(streams), cancellation)).ToLookup(record => record.Stream, StringComparer.Ordinal);

        public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation = default) =>
            ReadAsync(JournalQueries.OfAll(afterPosition, limit), cancellation);

        public async Task<long> ReadEndAsync(CancellationToken cancellation = default) =>
            await ReadAsync(JournalQueries.OfEnd(), cancellation) is [var last] ? last.Position : 0;

        private Task<IReadOnlyList<JournalRecord>> ReadAsync(JournalQuery query, CancellationToken cancellationToken) => snapshot.ReadAsync(
            async (connection, cancellation) =>
            {
                await using var command = new NpgsqlCommand(query.Sql, connection);
                query.AddTo(command);
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                return await PostgreSqlJournal.RecordsAsync(reader, cancellation);
            },
            cancellationToken);
    }
}
