using Microsoft.Data.Sqlite;

namespace Granary.Journal.Sqlite;

/// <summary>
/// A SQLite file with a write-ahead log, and how the product opens it. SQLite starts its log over once everything in it has been
/// copied to the file and no reader uses it. Readers that overlap without a gap, or a single one that takes long, such as a backup,
/// let it grow, and SQLite alone would keep the size it reached.
/// </summary>
/// <param name="path">Path of the database; its directory must exist.</param>
/// <param name="isFlushed">Whether a commit waits for the disk.</param>
/// <param name="patience">How long a statement waits while another connection writes.</param>
public sealed class SqliteFile(string path, bool isFlushed, TimeSpan patience)
{
    /// <summary>
    /// Size in bytes that the log is cut back to. By itself SQLite copies the log to the file, and starts it over, from 4 MB on.
    /// </summary>
    public const long MostLog = 16 * 1024 * 1024;

    /// <summary>
    /// How long SQLite itself waits for a lock, in milliseconds: the time that a checkpoint waits for the readers in its way. A
    /// statement that waits for a writer is repeated by the driver for as long as the connection's patience.
    /// </summary>
    private const int LockPatience = 100;

    private readonly FileInfo _log = new(path + "-wal");
    private long _checkpointBeyond = MostLog;

    /// <summary>The connection string of a file, for connections that others open.</summary>
    public static string ConnectionString(string path, TimeSpan patience) => Builder(path, patience).ToString();

    /// <summary>Opens a connection. It is not pooled: its owner keeps it.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public SqliteConnection Open()
    {
        var builder = Builder(path, patience);
        builder.Pooling = false;
        var connection = new SqliteConnection(builder.ToString());
        try
        {
            connection.Open();
            Execute(
                connection,
                $"""
                PRAGMA busy_timeout = {LockPatience};
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = {(isFlushed ? "FULL" : "NORMAL")};
                PRAGMA journal_size_limit = {MostLog};
                """);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Keeps the log small. The file's writer calls it after a commit, outside a transaction; other threads must not call it at the
    /// same time. For every <see cref="MostLog"/> that the log grows by, it waits a moment for the readers in its way: new readers do
    /// not join them, because there is no newer commit meanwhile. A reader that takes longer keeps the log until it ends; the second
    /// commit after that cuts it back.
    /// </summary>
    public void BoundLog(SqliteConnection writer)
    {
        _log.Refresh();
        var length = _log.Exists ? _log.Length : 0;
        if (length <= MostLog)
        {
            _checkpointBeyond = MostLog;
            return;
        }

        if (length <= _checkpointBeyond)
        {
            return;
        }

        _checkpointBeyond = length + MostLog;
        try
        {
            Execute(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // What was committed is durable. If the file has a fault, the next commit meets it, too.
        }
    }

    /// <summary>Runs a statement, in the connection's transaction if there is one.</summary>
    internal static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteConnectionStringBuilder Builder(string path, TimeSpan patience) => new()
    {
        DataSource = path,
        DefaultTimeout = (int)Math.Ceiling(patience.TotalSeconds),
    };
}
