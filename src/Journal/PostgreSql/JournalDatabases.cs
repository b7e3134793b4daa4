using Granary.Grains.Interfaces;
using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>One PostgreSQL database of the journal.</summary>
/// <param name="Number">Its number; the first also has the views, the snapshots and the signing keys.</param>
/// <param name="Servers">Its servers, of which one is the primary.</param>
/// <param name="Source">Connections to the primary.</param>
/// <param name="Store">Its part of the journal.</param>
public sealed record JournalDatabase(int Number, PostgreSqlServers Servers, NpgsqlDataSource Source, IJournalStore Store);

/// <summary>
/// The PostgreSQL databases of the journal, and what they say of themselves: each keeps its number and a copy of the
/// <see cref="PartitionMap"/>, so that a process whose configuration names other databases, or the same in another order, does not start.
/// </summary>
/// <param name="all">All of them, in the order of their numbers.</param>
/// <param name="partitions">Gets the map; where there is one database, nobody asks it.</param>
public sealed class JournalDatabases(IReadOnlyList<JournalDatabase> all, JournalPartitions partitions)
{
    /// <summary>The advisory lock under which one process writes the map.</summary>
    private const long Lock = PostgreSqlSchema.Lock + 2;

    /// <summary>
    /// How long a database may take to tell its map: one that is silent must not keep others from being heard. With the second between two
    /// looks it is less than <see cref="PartitionMove.LearnWithin"/>.
    /// </summary>
    private static readonly TimeSpan ReadWithin = TimeSpan.FromSeconds(2);

    /// <summary>All of them, in the order of their numbers.</summary>
    public IReadOnlyList<JournalDatabase> All => all;

    /// <summary>Creates or migrates the schema of each.</summary>
    /// <exception cref="JournalUnavailableException">One cannot be reached.</exception>
    public async Task InitializeAsync(CancellationToken cancellation)
    {
        foreach (var database in all)
        {
            await database.Store.InitializeAsync(cancellation);
        }
    }

    /// <summary>Reads the map, and refuses databases that are not those of the journal.</summary>
    /// <param name="create">Whether to write it where there is none, and to enter databases that were added; their schema must be there.</param>
    /// <returns>False if there is no map yet, which a silo will write.</returns>
    /// <exception cref="PartitionMapException">The configuration contradicts the databases.</exception>
    /// <exception cref="NpgsqlException">A database cannot be reached.</exception>
    public async Task<bool> OpenAsync(bool create, CancellationToken cancellation)
    {
        if (all.Count == 1)
        {
            RefuseDivided(await PartitionMapTable.ReadAsync(all[0].Source, cancellation));
            return true;
        }

        await using var connection = await all[0].Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (create)
        {
            await using var turn = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Lock})", connection);
            await turn.ExecuteNonQueryAsync(cancellation);
        }

        var first = await PartitionMapTable.ReadAsync(all[0].Source, cancellation);
        if (first is null)
        {
            if (!create)
            {
                return false;
            }

            first = new PartitionMapRow(await DrawAsync(cancellation), 0);
            await PartitionMapTable.WriteAsync(all[0].Source, first, cancellation);
        }

        var map = first.Map;
        Verify(map, first, 0);
        foreach (var database in all.Skip(1))
        {
            await JoinAsync(database, map, create, cancellation);
        }

        partitions.Map = map;
        partitions.RefreshAsync = RefreshAsync;
        return true;
    }

    /// <summary>Reads the map while databases are away: the newest copy among the others.</summary>
    /// <param name="away">The numbers of the databases that are away.</param>
    /// <returns>False if none of the others has a copy.</returns>
    /// <exception cref="NpgsqlException">One of the others cannot be reached either.</exception>
    /// <exception cref="PartitionMapException">The configuration contradicts them.</exception>
    public async Task<bool> OpenWithoutAsync(IEnumerable<int> away, CancellationToken cancellation)
    {
        var others = all.ExceptBy(away, database => database.Number).ToList();
        var rows = await Task.WhenAll(others.Select(database => PartitionMapTable.ReadAsync(database.Source, cancellation)));
        var newest = NewestOf(rows);
        foreach (var (database, row) in others.Zip(rows))
        {
            if (row is not null)
            {
                Verify(newest!, row, database.Number);
            }
        }

        partitions.Map = newest;
        return newest is not null;
    }

    /// <summary>
    /// Reads the map again: from database 0, and while that is away from the copies. It completes what a move has left undone that was ended
    /// after its switch, and opens a partition again whose move was ended before.
    /// </summary>
    /// <exception cref="NpgsqlException">No database can be reached.</exception>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var rows = await Task.WhenAll(all.Select(database => TryReadAsync(database, cancellation)));
        var newest = NewestOf(rows) ?? throw new NpgsqlException("No database of the journal can be reached.");

        // Before anything is written: a database that takes no writes must keep nobody from learning of a move.
        if (newest.Version > partitions.Map?.Version)
        {
            partitions.Map = newest;
        }

        foreach (var (database, row) in all.Zip(rows))
        {
            if (row is not null)
            {
                await TryCompleteAsync(database, row, newest, cancellation);
            }
        }
    }

    private static PartitionMap? NewestOf(PartitionMapRow?[] rows) => rows.OfType<PartitionMapRow>().MaxBy(row => row.Map.Version)?.Map;

    private static async Task<PartitionMapRow?> TryReadAsync(JournalDatabase database, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ReadWithin);
        try
        {
            return await PartitionMapTable.ReadAsync(database.Source, limit.Token);
        }
        catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // It is read again a second later, as each is.
            return null;
        }
    }

    /// <summary>Renews a database's copy of the map, or opens what a move has left closed in it.</summary>
    private async Task TryCompleteAsync(JournalDatabase database, PartitionMapRow row, PartitionMap newest, CancellationToken cancellation)
    {
        try
        {
            if (row.Map.Version < newest.Version)
            {
                await PartitionMapTable.WriteAsync(database.Source, new PartitionMapRow(newest, database.Number), cancellation);
            }
            else if (row.IsAbandoned && database.Number == 0)
            {
                // The same row as that of the switch.
                await PartitionMapTable.OpenAbandonedAsync(database.Source, cancellation);
            }
            else if (row.IsAbandoned)
            {
                await PartitionMapTable.WhileUnswitchedAsync(
                    all[0].Source, newest.Version, () => PartitionMapTable.OpenAbandonedAsync(database.Source, cancellation), cancellation);
            }
        }
        catch (NpgsqlException) when (!cancellation.IsCancellationRequested)
        {
            // Tried again a second later.
        }
    }

    /// <summary>The map of a journal that has none: of a new one, or of one that had a single database.</summary>
    private async Task<PartitionMap> DrawAsync(CancellationToken cancellation)
    {
        foreach (var database in all.Skip(1))
        {
            if (await PartitionMapTable.ReadAsync(database.Source, cancellation) is { } other)
            {
                throw new PartitionMapException(
                    $"names at {database.Number} database {other.Database} of journal {other.Map.Journal}, and at 0 one that belongs to no journal of several.");
            }

            // This process has the lock in database 0, and nobody takes it in another. System identifiers tell no copies of a server apart.
            await using var look = database.Source.CreateCommand($"SELECT pg_try_advisory_xact_lock({Lock})");
            if (await look.ExecuteScalarAsync(cancellation) is not true)
            {
                throw new PartitionMapException($"names at {database.Number} the same database as at 0.");
            }

            await RefuseEventsAsync(database, cancellation);
        }

        var journal = Guid.CreateVersion7();
        return await PartitionMapTable.HasEventsAsync(all[0].Source, cancellation)
            ? PartitionMap.InFirst(journal, partitions.Count)
            : PartitionMap.Dealt(journal, partitions.Count, all.Count);
    }

    /// <summary>Verifies a further database, enters a new one, and renews its copy of the map.</summary>
    private async Task JoinAsync(JournalDatabase database, PartitionMap map, bool create, CancellationToken cancellation)
    {
        var known = await PartitionMapTable.ReadAsync(database.Source, cancellation);
        if (known is null)
        {
            if (!create)
            {
                throw new PartitionMapException($"names at {database.Number} a database that no silo has entered in the journal yet.");
            }

            await RefuseEventsAsync(database, cancellation);
        }
        else
        {
            Verify(map, known, database.Number);
        }

        if (create && known?.Map.Version != map.Version)
        {
            await PartitionMapTable.WriteAsync(database.Source, new PartitionMapRow(map, database.Number), cancellation);
        }
    }

    private static async Task RefuseEventsAsync(JournalDatabase database, CancellationToken cancellation)
    {
        if (await PartitionMapTable.HasEventsAsync(database.Source, cancellation))
        {
            throw new PartitionMapException($"names at {database.Number} a database that has a journal of its own; it takes an empty one.");
        }
    }

    private void Verify(PartitionMap map, PartitionMapRow known, int number)
    {
        if (known.Map.Journal != map.Journal)
        {
            throw new PartitionMapException($"names at {number} a database of another journal ({known.Map.Journal}, not {map.Journal}).");
        }

        if (known.Database != number)
        {
            throw new PartitionMapException($"names at {number} the database that is number {known.Database} of its journal.");
        }

        if (map.Databases.Count != partitions.Count)
        {
            throw new PartitionMapException(
                $"has several databases, whose map has {map.Databases.Count} partitions; Granary:Streams:Partitions is {partitions.Count}.");
        }

        RefuseMissing(map);
    }

    private void RefuseMissing(PartitionMap map)
    {
        if (map.Databases.Max() is var last && last >= all.Count)
        {
            throw new PartitionMapException($"names {all.Count} databases, and a part of the journal is in database {last}.");
        }
    }

    private void RefuseDivided(PartitionMapRow? row)
    {
        if (row is { Database: not 0 })
        {
            throw new PartitionMapException($"names one database, which is number {row.Database} of a journal of several.");
        }

        if (row is not null)
        {
            RefuseMissing(row.Map);
        }
    }
}
