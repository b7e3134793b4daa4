using Granary.Grains.Orders;
using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Granary.Streams.Views;

namespace Granary.Hosting.Stores;

/// <summary>
/// The configured stores, for a command: without a silo, a front end or any background service. The product may run at the same
/// time.
/// </summary>
public sealed class StoreReader : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StoreReader(ServiceProvider services) => _services = services;

    /// <summary>The journal.</summary>
    public IJournal Journal => Get<IJournal>();

    /// <summary>The store that has a stream of the journal.</summary>
    public IJournalStore StoreOf(string stream)
    {
        var partition = StreamNames.PartitionOf(stream, Get<Microsoft.Extensions.Options.IOptions<StreamSettings>>().Value.Partitions);
        return Get<JournalStores>().All[Journal.DatabaseOf(partition)];
    }

    /// <summary>Opens the stores.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static StoreReader Open(SettingsReader settings)
    {
        var services = new ServiceCollection();
        var options = PlatformSettings.From(settings);
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddStores(options);
        services.AddJournalReader(options);
        services.AddViews(options, settings.Streams());
        services.AddOrderIndex();
        services.AddSigningKeys(AuthOptions.From(settings));
        return new StoreReader(services.BuildServiceProvider());
    }

    /// <summary>Which of several databases are away, and why; known after <see cref="LookAsync"/>.</summary>
    public IReadOnlyList<(int Database, string Fault)> Away { get; private set; } = [];

    /// <summary>
    /// Asks every host of the databases first, so that a command takes no old primary for the only one, and reads which database of the
    /// journal has what.
    /// </summary>
    /// <param name="mayBeAway">Whether that is read from those that can be reached, where some of several cannot; otherwise it is not read then.</param>
    /// <exception cref="InvalidConfigurationException">The databases are not those of the journal.</exception>
    public async Task LookAsync(bool mayBeAway, CancellationToken cancellationToken)
    {
        if (_services.GetService<JournalDatabases>() is not { } databases)
        {
            return;
        }

        var faults = await Task.WhenAll(databases.All.Select(async database =>
            (database.Number, Fault: database.Servers.WhyAway(await database.Servers.LookAsync(cancellationToken)))));
        Away = [.. faults.Where(database => faults.Length > 1 && database.Fault is not null).Select(database => (database.Number, database.Fault!))];
        if (Away.Count == 0)
        {
            await DatabasesAtStart.OpenAsync(databases, create: false, cancellationToken);
        }
        else if (mayBeAway)
        {
            await DatabasesAtStart.OpenWithoutAsync(databases, Away.Select(away => away.Database), cancellationToken);
        }
    }

    /// <summary>Migrates the views' tables to the newest schema.</summary>
    public Task MigrateViewsAsync(CancellationToken cancellationToken) => Get<IViewDatabase>().MigrateAsync(cancellationToken);

    /// <summary>A service over the stores, such as the audit of the order index or the ring of signing keys.</summary>
    public T Get<T>()
        where T : class => _services.GetRequiredService<T>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
