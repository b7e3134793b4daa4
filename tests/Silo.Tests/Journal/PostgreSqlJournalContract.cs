using Granary.Journal;
using Granary.Journal.PostgreSql;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

/// <summary>The contract of journal stores over PostgreSQL.</summary>
/// <param name="postgres">The server.</param>
/// <param name="database">The number of the database within its journal.</param>
public abstract class PostgreSqlJournalContract(SharedPostgres postgres, int database) : JournalContract
{
    private readonly List<NpgsqlDataSource> _sources = [];

    /// <summary>The connection string of the database.</summary>
    protected string Database { get; private set; } = "";

    public override async ValueTask InitializeAsync()
    {
        Database = await postgres.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }
    }

    protected override IJournalStore Create() => Create(Database);

    protected override async Task<EmptyDatabase> OpenEmptyAsync()
    {
        var empty = await postgres.CreateDatabaseAsync();
        return new EmptyDatabase(() => Create(empty));
    }

    private PostgreSqlJournal Create(string connectionString)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        lock (_sources)
        {
            _sources.Add(source);
        }

        return new PostgreSqlJournal(
            source, new JournalStoreOptions { CommandTimeout = TimeSpan.FromSeconds(60) }, NullLogger<PostgreSqlJournal>.Instance, database: database);
    }
}
