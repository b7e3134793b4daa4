using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>Deletes the events that a database has kept of partitions that were moved to another one, if the other one has them.</summary>
public sealed class PartitionCleaning(JournalDatabases databases, JournalPartitions partitions)
{
    private const int PageLength = 5_000;

    /// <summary>Cleans a database.</summary>
    /// <returns>How many events were deleted.</returns>
    /// <exception cref="InvalidOperationException">Another process moves or cleans.</exception>
    /// <exception cref="NpgsqlException">A database cannot be reached.</exception>
    public async Task<long> RunAsync(JournalDatabase database, CancellationToken cancellation)
    {
        await using var turn = await PartitionTurn.TakeAsync(databases, cancellation);
        await databases.RefreshAsync(cancellation);
        var deleted = 0L;
        for (var after = 0L; await ReadAsync(database, after, cancellation) is { Count: > 0 } page; after = page[^1].Position)
        {
            foreach (var moved in page.GroupBy(row => partitions.DatabaseOf(row.Stream)).Where(rows => rows.Key != database.Number))
            {
                long[] positions = [.. moved.Select(row => row.Position)];
                await using var look = databases.All[moved.Key].Source.CreateCommand("SELECT array_agg(position) FROM journal WHERE position = ANY($1)");
                look.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = positions });
                if (await look.ExecuteScalarAsync(cancellation) is long[] known)
                {
                    await using var delete = database.Source.CreateCommand("DELETE FROM journal WHERE position = ANY($1)");
                    delete.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = known });
                    deleted += await delete.ExecuteNonQueryAsync(cancellation);
                }
            }
        }

        return deleted;
    }

    private static async Task<List<(long Position, string Stream)>> ReadAsync(JournalDatabase database, long after, CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand($"SELECT position, stream FROM journal WHERE position > $1 ORDER BY position LIMIT {PageLength}");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<(long, string)>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add((reader.GetInt64(0), reader.GetString(1)));
        }

        return rows;
    }
}
