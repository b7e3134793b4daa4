using System.Data.Common;

namespace Granary.Streams.Views;

/// <summary>
/// The database for data derived from the journal: the order index, checkpoints, dead letters. In PostgreSQL it is the journal's
/// database. Embedded, it is a second file, so that its commits and the journal's never wait for each other.
/// </summary>
public interface IViewDatabase
{
    /// <summary>The database's own SQL, where a statement cannot be the same for both.</summary>
    SqlDialect Dialect { get; }

    /// <summary>Creates or migrates the tables. Idempotent, and safe when several processes start at once.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Runs a read.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs a write in one transaction.</summary>
    Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}

/// <summary>Which database understands a statement.</summary>
public enum SqlDialect
{
    /// <summary>SQLite: one writer at a time, no arrays.</summary>
    Sqlite,

    /// <summary>PostgreSQL: row locks, arrays as parameters.</summary>
    PostgreSql,
}

/// <summary>Statements with named parameters, which both databases support.</summary>
public static class ViewStatements
{
    /// <summary>A command with parameters <c>@name</c>.</summary>
    public static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public static async Task<int> ExecuteAsync(this DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Runs a query and returns a value for each row.</summary>
    public static async Task<List<T>> QueryAsync<T>(this DbCommand command, Func<DbDataReader, T> row, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(row(reader));
            }

            return rows;
        }
    }

    /// <summary>Times are microseconds since 1970 in both databases, the same precision as the journal's.</summary>
    public static long ToMicroseconds(this DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time without what the databases do not keep of it.</summary>
    public static DateTimeOffset ToWholeMicroseconds(this DateTimeOffset time) => FromMicroseconds(time.ToMicroseconds());

    /// <summary>Converts microseconds since 1970 to a time.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);
}
