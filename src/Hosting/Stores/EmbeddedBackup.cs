using System.Data;
using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Journal.Sqlite;
using Granary.Streams.Views;
using Microsoft.Data.Sqlite;

namespace Granary.Hosting.Stores;

/// <summary>
/// The backup of the embedded stores in one file: a copy of the journal's database, and in a table of it every other file that the
/// journal cannot restore. To restore, an operator puts the file in the place of the journal's database. The next start takes the
/// other files out of it; a backup of release 0.1.0 has none.
/// </summary>
public static class EmbeddedBackup
{
    private const int PartLength = 1024 * 1024;

    private const string Create = "CREATE TABLE backup_file (name TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (name, part))";

    private const string HasFiles = "SELECT count(*) FROM sqlite_schema WHERE name = 'backup_file'";

    /// <summary>
    /// Writes a backup while the product runs. The webhooks are copied before the journal: a consumer creates deliveries of later
    /// events again, but deliveries of events that the journal lacks would hide those that take their versions.
    /// </summary>
    /// <param name="target">The file to create.</param>
    /// <exception cref="SqliteException">A database cannot be copied, or the target cannot be written.</exception>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public static void Write(PlatformSettings options, string target)
    {
        var webhooks = target + ".webhooks";
        try
        {
            if (File.Exists(options.WebhookFile))
            {
                File.Delete(webhooks);
                CopyDatabase(options.WebhookFile, webhooks, options.Journal);
            }

            CopyDatabase(options.SqliteFile, target, options.Journal);
            using var backup = Open(target, options.Journal);

            // A database that was restored and not started since still has its files: they are the ones to keep.
            if (!Holds(backup))
            {
                using var transaction = backup.BeginTransaction();
                Execute(backup, Create);
                Pack(backup, webhooks, Path.GetFileName(options.WebhookFile));
                var keys = FileSigningKeys.FileIn(options.DataDirectory);
                Pack(backup, keys, Path.GetFileName(keys));
                transaction.Commit();
            }
        }
        finally
        {
            File.Delete(webhooks);
        }
    }

    /// <summary>
    /// Takes the other files out of a backup that stands in the place of the journal's database. It replaces the webhooks and leaves
    /// signing keys that exist. Nothing else may have opened these files yet; after a crash it begins again.
    /// </summary>
    /// <exception cref="SqliteException">The journal's file is no database, or cannot be written.</exception>
    public static void Unpack(PlatformSettings options)
    {
        if (!File.Exists(options.SqliteFile))
        {
            return;
        }

        using var database = Open(options.SqliteFile, options.Journal);
        if (!Holds(database))
        {
            return;
        }

        if (Unpack(database, options.WebhookFile))
        {
            // The log belongs to the webhooks that are replaced.
            File.Delete(options.WebhookFile + "-wal");
            File.Delete(options.WebhookFile + "-shm");
            File.Move(DraftOf(options.WebhookFile), options.WebhookFile, overwrite: true);
        }

        var keys = FileSigningKeys.FileIn(options.DataDirectory);
        if (!File.Exists(keys) && Unpack(database, keys))
        {
            File.Move(DraftOf(keys), keys);
        }

        Execute(database, "DROP TABLE backup_file");
    }

    private static string DraftOf(string file) => file + ".restored";

    private static SqliteConnection Open(string file, JournalStoreOptions options)
    {
        var connection = new SqliteConnection(SqliteFile.ConnectionString(file, options.CommandTimeout) + ";Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>One read transaction over the whole database: writers go on, and the copy is of one moment.</summary>
    private static void CopyDatabase(string file, string target, JournalStoreOptions options)
    {
        using var connection = Open(file, options);

        // SQLite copies into an empty file, too, and leaves its mode as it is.
        Execute(connection, "VACUUM INTO @target", ("target", PrivateFile.At(Path.GetFullPath(target))));
    }

    private static bool Holds(SqliteConnection database)
    {
        using var command = new SqliteCommand(HasFiles, database);
        return command.ExecuteScalar() is > 0L;
    }

    private static void Pack(SqliteConnection backup, string file, string name)
    {
        if (!File.Exists(file))
        {
            return;
        }

        using var source = File.OpenRead(file);
        var buffer = new byte[PartLength];
        for (var part = 0; source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is > 0 and var length; part++)
        {
            Execute(
                backup,
                "INSERT INTO backup_file (name, part, bytes) VALUES (@name, @part, @bytes)",
                ("name", name),
                ("part", part),
                ("bytes", buffer[..length]));
        }
    }

    /// <summary>Writes a file of the backup as a draft, flushed to the disk.</summary>
    /// <returns>Whether the backup has the file.</returns>
    private static bool Unpack(SqliteConnection backup, string file)
    {
        using var command = backup.Command("SELECT bytes FROM backup_file WHERE name = @name ORDER BY part", ("name", Path.GetFileName(file)));
        using var parts = command.ExecuteReader(CommandBehavior.SequentialAccess);
        if (!parts.HasRows)
        {
            return false;
        }

        using var draft = new FileStream(PrivateFile.At(DraftOf(file)), FileMode.Truncate);
        while (parts.Read())
        {
            using var bytes = parts.GetStream(0);
            bytes.CopyTo(draft);
        }

        draft.Flush(flushToDisk: true);
        return true;
    }

    private static void Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.Command(sql, parameters);
        command.ExecuteNonQuery();
    }
}
