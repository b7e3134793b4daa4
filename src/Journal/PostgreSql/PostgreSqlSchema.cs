using Granary.Grains.Interfaces;
using Granary.Journal.Schema;
using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// Migrates a PostgreSQL database to the newest schema. One process migrates; processes that start at the same time wait for it.
/// </summary>
public static class PostgreSqlSchema
{
    /// <summary>The advisory lock that guards schema changes; the number is arbitrary ("granary" in ASCII).</summary>
    internal const long Lock = 0x6772616E617279;

    public static async Task MigrateAsync(NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", cancellation);
            await ExecuteAsync(
                connection,
                "CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
                cancellation);
            var applied = await AppliedAsync(connection, cancellation);
            foreach (var migration in SchemaMigration.For("PostgreSql").Where(migration => !applied.Contains(migration.Version)))
            {
                await ExecuteAsync(connection, migration.Sql, cancellation);
                await using var record = new NpgsqlCommand("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", connection)
                {
                    Parameters = { new() { Value = migration.Version }, new() { Value = migration.Name } },
                };
                await record.ExecuteNonQueryAsync(cancellation);
            }

            await transaction.CommitAsync(cancellation);
        }
        catch (NpgsqlException fault) when (fault is not PostgresException || fault.IsTransient)
        {
            throw new JournalUnavailableException("PostgreSQL cannot be reached.", fault);
        }
    }

    private static async Task<HashSet<int>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new HashSet<int>();
        await using var command = new NpgsqlCommand("SELECT version FROM schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            applied.Add(reader.GetInt32(0));
        }

        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        // No timeout: building an index over millions of rows takes long, and so may another process or a VACUUM that holds the
        // lock.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
