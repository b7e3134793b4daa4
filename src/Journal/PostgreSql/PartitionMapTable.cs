using Npgsql;
using NpgsqlTypes;

namespace Granary.Journal.PostgreSql;

/// <summary>What a database says of itself and of its journal.</summary>
/// <param name="Map">Its copy of the map.</param>
/// <param name="Database">Its number.</param>
/// <param name="IsAbandoned">Whether it takes no appends for a partition whose move has not said in time that it ended.</param>
internal sealed record PartitionMapRow(PartitionMap Map, int Database, bool IsAbandoned = false);

/// <summary>What a database takes appends for.</summary>
/// <param name="Fence">The fence that an append states.</param>
/// <param name="Takes">Whether it takes appends, for each partition.</param>
internal sealed record AppendGate(long Fence, IReadOnlyList<bool> Takes);

/// <summary>The table <c>journal_map</c>.</summary>
internal static class PartitionMapTable
{
    /// <summary>The condition, in SQL, that a partition of database 0 is in another one, or on its way there.</summary>
    public const string IsDivided = "EXISTS (SELECT FROM journal_map WHERE closed <> '{}' OR 0 <> ANY (partitions))";

    /// <summary>The row of a database; null for one that belongs to no journal of several databases.</summary>
    /// <exception cref="NpgsqlException">It cannot be reached.</exception>
    public static async Task<PartitionMapRow?> ReadAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT journal, version, partitions, database, coalesce(closed_until < clock_timestamp(), false) FROM journal_map");
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            return await reader.ReadAsync(cancellation)
                ? new PartitionMapRow(new PartitionMap(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<int[]>(2)), reader.GetInt32(3), reader.GetBoolean(4))
                : null;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // No silo of this release has opened it.
            return null;
        }
    }

    /// <summary>Writes the row; a newer version in the database stays.</summary>
    /// <exception cref="NpgsqlException">It cannot be written.</exception>
    public static async Task WriteAsync(NpgsqlDataSource source, PartitionMapRow row, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            INSERT INTO journal_map (journal, database, version, partitions) VALUES ($1, $2, $3, $4)
            ON CONFLICT (only_row) DO UPDATE SET
                version = excluded.version, partitions = excluded.partitions, fence = journal_map.fence + 1, closed = '{}', closed_until = NULL
            WHERE journal_map.journal = excluded.journal AND journal_map.version < excluded.version
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = row.Map.Journal });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = row.Database });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = row.Map.Version });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. row.Map.Databases], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Which partitions a database takes appends for, and the fence that these state; null for a database that belongs to no journal of several.
    /// </summary>
    /// <param name="database">Its number.</param>
    public static async Task<AppendGate?> ReadGateAsync(NpgsqlConnection connection, int database)
    {
        await using var command = new NpgsqlCommand("SELECT fence, partitions, closed FROM journal_map", connection);
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            return null;
        }

        var closed = reader.GetFieldValue<int[]>(2);
        return new AppendGate(
            reader.GetInt64(0),
            [.. reader.GetFieldValue<int[]>(1).Index().Select(place => place.Item == database && !closed.Contains(place.Index))]);
    }

    /// <summary>
    /// Calls an action while nobody can switch the map, unless it has changed or a switch is under way: its commit may wait for a standby, and
    /// until that nobody sees it.
    /// </summary>
    /// <param name="first">Database 0.</param>
    /// <param name="version">The version that the map must have.</param>
    /// <exception cref="NpgsqlException">Database 0 cannot be reached; the action was not called.</exception>
    public static async Task WhileUnswitchedAsync(NpgsqlDataSource first, long version, Func<Task> action, CancellationToken cancellation)
    {
        await using var connection = await first.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var hold = new NpgsqlCommand("SELECT version FROM journal_map FOR SHARE NOWAIT", connection);
        try
        {
            if (await hold.ExecuteScalarAsync(cancellation) is long current && current == version)
            {
                await action();
            }
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // It is looked at again a second later.
        }
    }

    /// <summary>Whether <see cref="IsDivided"/> holds.</summary>
    public static async Task<bool> IsDividedAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"SELECT {IsDivided}", connection);
        return await command.ExecuteScalarAsync() is true;
    }

    /// <summary>Opens partitions again whose move was given up: it has not said so, and its time is over.</summary>
    public static async Task OpenAbandonedAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "UPDATE journal_map SET closed = '{}', closed_until = NULL, fence = fence + 1 WHERE closed_until < clock_timestamp()");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Whether a database has any event.</summary>
    /// <exception cref="NpgsqlException">It cannot be reached.</exception>
    public static async Task<bool> HasEventsAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT EXISTS (SELECT FROM journal)");
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
