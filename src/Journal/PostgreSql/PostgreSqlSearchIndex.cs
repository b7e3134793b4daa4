using Granary.Grains.Interfaces;
using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// The indexes of the text within SKUs and names, and within the names of users, by groups of three letters (the extension pg_trgm, which
/// is part of PostgreSQL and trusted since 13, so the owner of a database may create it). They are no step of the schema: a database that
/// forbids the extension works without them, and has them from the first start at which it is allowed.
/// </summary>
internal static partial class PostgreSqlSearchIndex
{
    /// <summary>The advisory lock under which one process builds it.</summary>
    private const long Lock = PostgreSqlSchema.Lock + 1;

    private const string IsThere = "SELECT to_regclass('catalogue_search') IS NOT NULL AND to_regclass('user_search') IS NOT NULL";

    // Without fastupdate: the planner would not use an index with a long list of pending entries, which an import leaves.
    private const string Build =
        """
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX IF NOT EXISTS catalogue_search ON catalogue USING gin (search gin_trgm_ops) WITH (fastupdate = off);
        CREATE INDEX IF NOT EXISTS user_search ON user_directory USING gin (search gin_trgm_ops) WITH (fastupdate = off);
        """;

    /// <summary>Builds the index where there is none; logs where the database forbids it.</summary>
    /// <exception cref="JournalUnavailableException">The database cannot be reached.</exception>
    public static async Task EnsureAsync(NpgsqlDataSource dataSource, ILogger log, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using var look = new NpgsqlCommand(IsThere, connection);
            if (await look.ExecuteScalarAsync(cancellation) is true)
            {
                return;
            }

            // No timeout: another process may be building it, and a large catalogue takes long.
            await using var build = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Lock}); {Build}", connection) { CommandTimeout = 0 };
            await build.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException fault) when (!fault.IsTransient)
        {
            LogForbidden(log, fault.MessageText);
        }
        catch (NpgsqlException fault)
        {
            throw new JournalUnavailableException("PostgreSQL cannot be reached.", fault);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The catalogue and the list of users have no index for their search, which reads every product or user: {Fault}. An administrator of the database can create "
            + "the extension pg_trgm; the index is built at the next start")]
    private static partial void LogForbidden(ILogger log, string fault);
}
