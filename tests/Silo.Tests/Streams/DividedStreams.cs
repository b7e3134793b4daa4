using Granary.Journal;
using Granary.Silo.Tests.Journal;
using Granary.Streams;
using Granary.Streams.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Silo.Tests.Streams;

/// <summary>Two databases of one test, between which the journal is divided; the views are in the first.</summary>
public sealed class DividedStreamDatabase : IStreamDatabase
{
    private readonly DividedJournal _divided;
    private readonly PostgreSqlViews _views;

    private DividedStreamDatabase(DividedJournal divided) =>
        (_divided, _views) = (divided, new PostgreSqlViews(divided.Databases.All[0].Servers));

    public IJournalStore Journal => _divided.Databases.All[0].Store;

    public IViewDatabase Views => _views;

    public static async Task<IStreamDatabase> CreateAsync(SharedPostgres server, CancellationToken cancellationToken) => new DividedStreamDatabase(
        await DividedJournal.OpenAsync([await server.CreateDatabaseAsync(), await server.CreateDatabaseAsync()], cancellationToken));

    public IJournalStore StoreOf(string stream) => _divided.Databases.All[_divided.Map.DatabaseOf(stream)].Store;

    public void Register(IServiceCollection services)
    {
        services.AddSingleton(_divided.Databases.All[0].Source);
        services.AddSingleton(Journal);
        services.AddSingleton(new JournalStores([.. _divided.Databases.All.Select(database => database.Store)]));
        services.AddSingleton<IViewDatabase>(_views);

        // Each silo writes for itself.
        services.AddSingleton<IJournal>(provider => new PartitionedJournal(
            [
                .. _divided.Databases.All.Select(database =>
                    new GroupCommitJournal(database.Store, provider.GetRequiredService<JournalMetrics>(), database: database.Number)),
            ],
            _divided.Map));
        foreach (var database in _divided.Databases.All)
        {
            services.AddSingleton<IHostedService>(
                provider => ActivatorUtilities.CreateInstance<PostgreSqlWake>(provider, database.Source, database.Number));
        }
    }

    public Task CloseAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _views.DisposeAsync();
        await _divided.DisposeAsync();
    }
}

/// <summary>The contract of the streams over two databases.</summary>
public sealed class DividedStreams(SharedPostgres server) : StreamContract
{
    protected override Task<IStreamDatabase> CreateDatabaseAsync() => DividedStreamDatabase.CreateAsync(server, TestContext.Current.CancellationToken);
}
