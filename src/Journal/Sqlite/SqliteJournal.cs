using System.Collections.Concurrent;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Granary.Journal.Sqlite;

/// <summary>
/// The journal in a SQLite file with a write-ahead log, flushed at every commit. A batch is one immediate transaction on the
/// writer's connection. Readers use a few other connections: they neither wait for the writer nor delay it. SQLite's calls block,
/// so they all run on the thread pool and never on a grain's scheduler.
/// </summary>
/// <param name="file">Path of the database; its directory must exist.</param>
public sealed class SqliteJournal(string file, JournalStoreOptions options) : IJournalStore, IAsyncDisposable
{
    private const string Select = "SELECT position, stream, version, type, payload, recorded_at, trace FROM journal";
    private const int Readers = 4;

    // In microseconds since 1970, as rows have them.
    private static readonly long Earliest = (DateTimeOffset.MinValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long Latest = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _readers = new(Readers, Readers);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SqliteFile _file = new(file, isFlushed: true, options.CommandTimeout);
    private SqliteJournalWriter? _writer;

    /// <summary>The connection string of a journal's file, for the grain storage and the catalogue in the same file.</summary>
    public static string ConnectionString(string file, JournalStoreOptions options) => SqliteFile.ConnectionString(file, options.CommandTimeout);

    /// <inheritdoc/>
    public int Timeline => 0;

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellation) => Task.Run(
        () =>
        {
            using var connection = _file.Open();
            SqliteSchema.Migrate(connection);
        },
        cancellation);

    /// <inheritdoc/>
    /// <remarks>A SQLite commit never has an unknown outcome: a call that fails has written nothing.</remarks>
    public async Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
    {
        await _turn.WaitAsync();
        try
        {
            await Task.Run(() => AppendBatch(batch, outcomes));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task TryWriteAsync(bool thorough, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await Task.Run(
                () =>
                {
                    try
                    {
                        (_writer ??= new SqliteJournalWriter(_file)).Touch(thorough);
                    }
                    catch (SqliteException fault)
                    {
                        throw Unavailable(fault);
                    }
                },
                cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation) =>
        ReadAsync($"{Select} WHERE stream = $a AND version > $b ORDER BY version", stream, afterVersion, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation) => ReadAsync(
        $"{Select} WHERE stream = $a AND version > $b AND version <= $c AND type IN (SELECT value FROM json_each($d)) ORDER BY version",
        stream,
        afterVersion,
        cancellation,
        throughVersion,
        System.Text.Json.JsonSerializer.Serialize(types));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation)
    {
        var names = System.Text.Json.JsonSerializer.Serialize(streams);
        return await ReadAsync(
            $"{Select} WHERE stream IN (SELECT value FROM json_each($a)) AND version > $b ORDER BY stream, version", names, 0L, cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation) =>
        ReadAsync($"{Select} WHERE position > $a ORDER BY position LIMIT $b", afterPosition, (long)limit, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadTypeAsync(string type, long afterPosition, int limit, CancellationToken cancellation) =>
        ReadAsync($"{Select} WHERE position > $b AND type = $a ORDER BY position LIMIT $c", type, afterPosition, cancellation, limit);

    /// <inheritdoc/>
    public async Task<long> ReadEndAsync(CancellationToken cancellation) =>
        await ReadAsync($"{Select} WHERE position > $a ORDER BY position DESC LIMIT $b", 0L, 1L, cancellation) is [var last] ? last.Position : 0;

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        _writer?.Dispose();
        while (_idle.TryTake(out var connection))
        {
            await connection.DisposeAsync();
        }

        _turn.Dispose();
        _readers.Dispose();
    }

    private void AppendBatch(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
    {
        var deadline = Environment.TickCount64 + (long)options.RetryFor.TotalMilliseconds;
        while (true)
        {
            try
            {
                _writer ??= new SqliteJournalWriter(_file);
                _writer.Append(batch, outcomes);
                return;
            }
            catch (SqliteException fault)
            {
                var unavailable = Unavailable(fault);
                if (fault.SqliteErrorCode is not (SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED) || Environment.TickCount64 >= deadline)
                {
                    throw unavailable;
                }
            }
        }
    }

    /// <summary>Drops the writer's connection after a fault.</summary>
    private JournalUnavailableException Unavailable(SqliteException fault)
    {
        _writer?.Dispose();
        _writer = null;
        return new JournalUnavailableException($"The journal's file cannot store the events: {fault.Message}", fault);
    }

    private async Task<IReadOnlyList<JournalRecord>> ReadAsync(
        string sql, object a, object b, CancellationToken cancellation, long c = 0, string d = "")
    {
        await _readers.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Read(sql, a, b, c, d), cancellation);
        }
        catch (SqliteException fault)
        {
            throw new JournalUnavailableException($"The journal's file cannot be read: {fault.Message}", fault);
        }
        finally
        {
            _readers.Release();
        }
    }

    private List<JournalRecord> Read(string sql, object a, object b, long c, string d)
    {
        if (!_idle.TryTake(out var connection))
        {
            connection = _file.Open();
        }

        var records = new List<JournalRecord>();
        try
        {
            using var command = new SqliteCommand(sql, connection);
            command.Parameters.AddWithValue("$a", a);
            command.Parameters.AddWithValue("$b", b);
            command.Parameters.AddWithValue("$c", c);
            command.Parameters.AddWithValue("$d", d);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                records.Add(Record(reader));
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        _idle.Add(connection);
        return records;
    }

    private static JournalRecord Record(SqliteDataReader reader)
    {
        var at = TimeOf(reader);
        return reader.Record(at, at is null ? $"recorded_at is {reader.GetString(JournalRow.At)}, which is no time." : null);
    }

    /// <summary>When an event was recorded; null where the row does not say. One such row must not keep the others from being read.</summary>
    private static DateTimeOffset? TimeOf(SqliteDataReader reader) =>
        reader.GetValue(JournalRow.At) is long microseconds && microseconds >= Earliest && microseconds <= Latest
            ? DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds)
            : null;
}
