using Granary.Journal;
using Granary.Journal.Sqlite;
using Granary.Streams.Views;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Silo.Tests.Streams;

/// <summary>SQLite files in a separate directory.</summary>
public sealed class SqliteStreamDatabase : IStreamDatabase
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-streams-");
    private readonly SqliteJournal _journal;
    private readonly SqliteViews _views;

    private SqliteStreamDatabase()
    {
        _journal = new SqliteJournal(Path.Combine(_directory.FullName, "granary.db"), new JournalStoreOptions());
        _views = new SqliteViews(Path.Combine(_directory.FullName, "views.db"));
    }

    public IJournalStore Journal => _journal;

    public IViewDatabase Views => _views;

    public static async Task<IStreamDatabase> CreateAsync(CancellationToken cancellationToken)
    {
        var database = new SqliteStreamDatabase();
        await database._journal.InitializeAsync(cancellationToken);
        await database._views.MigrateAsync(cancellationToken);
        return database;
    }

    public void Register(IServiceCollection services)
    {
        // Registered by instance: the silos of one test share them, and no silo disposes of them.
        services.AddSingleton<IJournalStore>(_journal);
        services.AddSingleton<IViewDatabase>(_views);
    }

    public Task CloseAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _views.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>The contract of the streams over SQLite.</summary>
public sealed class SqliteStreams : StreamContract
{
    protected override Task<IStreamDatabase> CreateDatabaseAsync() => SqliteStreamDatabase.CreateAsync(TestContext.Current.CancellationToken);
}
