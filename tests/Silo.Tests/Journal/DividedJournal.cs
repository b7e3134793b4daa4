using Granary.Domain.Events;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Silo.Tests.Journal;

/// <summary>A journal over several PostgreSQL databases, as a silo composes it.</summary>
internal sealed class DividedJournal : IAsyncDisposable
{
    public const int Partitions = 16;

    private readonly JournalMetrics _metrics = new();

    private DividedJournal(IReadOnlyList<string> databases, JournalStoreOptions? options, int partitions)
    {
        Map = new JournalPartitions(partitions, StreamNames.PartitionOf);
        Databases = new JournalDatabases(
            [
                .. databases.Select((connectionString, number) =>
                {
                    // Many tests share a server.
                    var servers = new PostgreSqlServers(connectionString + ";Maximum Pool Size=10");
                    var source = servers.Open();
                    return new JournalDatabase(number, servers, source, new PostgreSqlJournal(
                        source, options ?? new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance, servers, number, databases.Count > 1 ? Map : null));
                }),
            ],
            Map);
        Journal = new PartitionedJournal(
            [.. Databases.All.Select(database => new GroupCommitJournal(database.Store, _metrics, database: database.Number))], Map);
    }

    public JournalDatabases Databases { get; }

    public JournalPartitions Map { get; }

    public PartitionedJournal Journal { get; }

    public static async Task<DividedJournal> OpenAsync(
        IReadOnlyList<string> databases, CancellationToken cancellation, JournalStoreOptions? options = null, int partitions = Partitions)
    {
        var journal = new DividedJournal(databases, options, partitions);
        try
        {
            await journal.Databases.InitializeAsync(cancellation);
            Assert.True(await journal.Databases.OpenAsync(create: true, cancellation));
            return journal;
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }
    }

    /// <summary>A stream that is in a database.</summary>
    public string StreamIn(int database, string kind = "order")
    {
        while (true)
        {
            var stream = Appends.NewStream(kind);
            if (Map.DatabaseOf(stream) == database)
            {
                return stream;
            }
        }
    }

    /// <summary>Everything that a database has, in the order of its positions, also what transactions of other tests on the server hold back.</summary>
    public async Task<List<JournalRecord>> ReadEverythingAsync(int database, CancellationToken cancellation)
    {
        var type = Appends.Event("{}").Type;
        var all = new List<JournalRecord>();
        while (await Databases.All[database].Store.ReadTypeAsync(type, all.Count == 0 ? 0 : all[^1].Position, 1_000, cancellation) is { Count: > 0 } records)
        {
            all.AddRange(records);
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        _metrics.Dispose();
        foreach (var database in Databases.All)
        {
            await ((PostgreSqlJournal)database.Store).DisposeAsync();
            await database.Servers.DisposeAsync();
        }
    }
}
