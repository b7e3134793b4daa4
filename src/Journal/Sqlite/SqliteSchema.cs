using Granary.Journal.Schema;
using Microsoft.Data.Sqlite;

namespace Granary.Journal.Sqlite;

/// <summary>
/// Migrates a SQLite file to the newest schema. One process migrates; processes that start at the same time wait for it.
/// </summary>
public static class SqliteSchema
{
    public static void Migrate(SqliteConnection connection, string database = "Sqlite")
    {
        // An immediate transaction locks the file before the look-up, so two processes cannot both find the same step missing.
        using var transaction = connection.BeginTransaction(deferred: false);
        Execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)");
        var applied = Applied();
        foreach (var migration in SchemaMigration.For(database).Where(migration => !applied.Contains(migration.Version)))
        {
            Execute(migration.Sql);
            Execute("INSERT INTO schema_migrations (version, name) VALUES ($version, $name)", ("$version", migration.Version), ("$name", migration.Name));
        }

        transaction.Commit();

        void Execute(string sql, params (string Name, object Value)[] parameters)
        {
            using var command = new SqliteCommand(sql, connection, transaction);
            foreach (var (name, value) in parameters)
            {
                command.Parameters.AddWithValue(name, value);
            }

            command.ExecuteNonQuery();
        }

        HashSet<int> Applied()
        {
            var versions = new HashSet<int>();
            using var command = new SqliteCommand("SELECT version FROM schema_migrations", connection, transaction);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                versions.Add(reader.GetInt32(0));
            }

            return versions;
        }
    }
}
