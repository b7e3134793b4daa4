using System.Text;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Granary.Journal.Sqlite;

/// <summary>The connection that appends, with its prepared statements. It is not safe for concurrent use.</summary>
internal sealed class SqliteJournalWriter : IDisposable
{
    /// <summary>
    /// SQLite's driver replaces an unpaired surrogate with a replacement character, which could give two streams the same name.
    /// </summary>
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly SqliteFile _file;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insertHead;
    private readonly SqliteCommand _insertTail;

    public SqliteJournalWriter(SqliteFile file)
    {
        _file = file;
        _connection = file.Open();
        const string Insert =
            """
            INSERT INTO journal (stream, version, type, payload, recorded_at, batch, trace)
            SELECT $stream, $version, $type, $payload, $recorded_at, $batch, $trace
            """;
        _insertTail = Prepare(Insert);
        _insertHead = Prepare(
            $"""
            {Insert}
            WHERE $version = 1 OR EXISTS (SELECT 1 FROM journal WHERE stream = $stream AND version = $version - 1)
            ON CONFLICT (stream, version) DO NOTHING
            """);
    }

    /// <summary>Commits a batch in one transaction. An append that fails is rolled back alone and gets its own outcome.</summary>
    /// <exception cref="SqliteException">Nothing of the batch was written.</exception>
    public void Append(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
    {
        var number = Random.Shared.NextInt64();
        using var transaction = _connection.BeginTransaction(deferred: false);
        _insertHead.Transaction = transaction;
        _insertTail.Transaction = transaction;
        var failures = new Dictionary<string, Exception>(StringComparer.Ordinal);
        for (var i = 0; i < batch.Count; i++)
        {
            outcomes[i] = batch[i].FailureAfter(failures)
                ?? (batch[i].Events.Count == 1 ? Append(batch[i], number) : AppendAll(batch[i], number, transaction));
            if (outcomes[i] is { } failure)
            {
                failures[batch[i].Stream] = failure;
            }
        }

        transaction.Commit();
        _file.BoundLog(_connection);
    }

    /// <summary>Commits the first page of the file as it is.</summary>
    /// <param name="thorough">Also writes a small batch, which is rolled back: a nearly full disk may have room for one page.</param>
    /// <exception cref="SqliteException">The file takes no writes.</exception>
    public void Touch(bool thorough)
    {
        // The schema sets no user version; SQLite writes the page of the number all the same.
        SqliteFile.Execute(_connection, "PRAGMA user_version = 0");
        if (!thorough)
        {
            return;
        }

        // SQLite writes the pages of an open transaction once they are more than its cache holds.
        SqliteFile.Execute(_connection, "PRAGMA cache_size = 1");
        try
        {
            using var transaction = _connection.BeginTransaction(deferred: false);
            SqliteFile.Execute(
                _connection,
                """
                INSERT INTO journal (stream, version, type, payload, recorded_at, batch)
                VALUES ('trial', 1, 'trial', zeroblob(45000), 0, 0)
                """);
            transaction.Rollback();
        }
        finally
        {
            SqliteFile.Execute(_connection, "PRAGMA cache_size = -2000");
        }
    }

    public void Dispose()
    {
        _insertHead.Dispose();
        _insertTail.Dispose();
        _connection.Dispose();
    }

    private JournalException? AppendAll(JournalAppend append, long number, SqliteTransaction transaction)
    {
        transaction.Save("append");
        var failure = Append(append, number);
        if (failure is null)
        {
            transaction.Release("append");
        }
        else
        {
            transaction.Rollback("append");
        }

        return failure;
    }

    private JournalException? Append(JournalAppend append, long number)
    {
        var version = append.AfterVersion;
        var command = _insertHead;
        try
        {
            _ = StrictUtf8.GetByteCount(append.Stream);
            foreach (var journalEvent in append.Events)
            {
                Bind(command, append.Stream, ++version, number, journalEvent);
                if (command.ExecuteNonQuery() == 0)
                {
                    return new VersionConflictException(append.Stream, append.AfterVersion);
                }

                command = _insertTail;
            }

            return null;
        }
        catch (SqliteException fault) when (fault.SqliteExtendedErrorCode == SQLitePCL.raw.SQLITE_CONSTRAINT_UNIQUE)
        {
            return new VersionConflictException(append.Stream, append.AfterVersion);
        }
        catch (Exception fault) when (fault is EncoderFallbackException or SqliteException
        {
            SqliteErrorCode: SQLitePCL.raw.SQLITE_CONSTRAINT or SQLitePCL.raw.SQLITE_TOOBIG or SQLitePCL.raw.SQLITE_MISMATCH
        })
        {
            return new JournalAppendException($"The journal refuses the events for stream {append.Stream}: {fault.Message}", fault);
        }
    }

    private static void Bind(SqliteCommand command, string stream, long version, long number, in JournalEvent journalEvent)
    {
        var parameters = command.Parameters;
        parameters[0].Value = stream;
        parameters[1].Value = version;
        parameters[2].Value = journalEvent.Type;
        parameters[3].Value = journalEvent.Payload.ToArray();
        parameters[4].Value = (journalEvent.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        parameters[5].Value = number;
        parameters[6].Value = (object?)journalEvent.Trace ?? DBNull.Value;
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = new SqliteCommand(sql, _connection);
        command.Parameters.Add("$stream", SqliteType.Text);
        command.Parameters.Add("$version", SqliteType.Integer);
        command.Parameters.Add("$type", SqliteType.Text);
        command.Parameters.Add("$payload", SqliteType.Blob);
        command.Parameters.Add("$recorded_at", SqliteType.Integer);
        command.Parameters.Add("$batch", SqliteType.Integer);
        command.Parameters.Add("$trace", SqliteType.Text);
        command.Prepare();
        return command;
    }
}
