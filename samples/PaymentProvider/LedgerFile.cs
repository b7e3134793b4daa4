using Microsoft.Data.Sqlite;

namespace Granary.PaymentProvider;

/// <summary>The ledger's file: its tables, and commands on it.</summary>
internal static class LedgerFile
{
    private const string Schema = """
        PRAGMA busy_timeout = 5000;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS payments (
            payment TEXT PRIMARY KEY, status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, authorized INTEGER NOT NULL,
            captured INTEGER NOT NULL, refunded INTEGER NOT NULL, return_url TEXT);
        CREATE TABLE IF NOT EXISTS operations (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, payment TEXT NOT NULL, kind TEXT NOT NULL, request TEXT NOT NULL,
            status TEXT NOT NULL, amount INTEGER NOT NULL, code TEXT, url TEXT, expires_at INTEGER, created_at INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS operations_by_payment ON operations (payment, kind);
        CREATE TABLE IF NOT EXISTS events (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, payment TEXT NOT NULL, amount INTEGER,
            occurred_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER);
        CREATE INDEX IF NOT EXISTS events_by_due ON events (due_at) WHERE due_at IS NOT NULL;
        """;

    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        connection.Execute(Schema);
        return connection;
    }

    public static int Execute(this SqliteConnection connection, string sql, params (string Name, object? Value)[] values)
    {
        using var command = connection.Command(sql, values);
        return command.ExecuteNonQuery();
    }

    public static List<T> Query<T>(
        this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] values)
    {
        using var command = connection.Command(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public static string? Text(this SqliteDataReader reader, string name) =>
        reader[name] is string text ? text : null;

    public static long? Number(this SqliteDataReader reader, string name) =>
        reader[name] is long number ? number : null;

    public static DateTimeOffset? Time(this SqliteDataReader reader, string name) =>
        reader.Number(name) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static SqliteCommand Command(this SqliteConnection connection, string sql, (string Name, object? Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
