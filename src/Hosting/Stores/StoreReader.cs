using Granary.Grains.Orders;
using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Hosting.Stores;

/// <summary>
/// The stores that a configuration names, for a command: without a silo, a front end or anything that runs by itself. The product
/// may run beside it.
/// </summary>
public sealed class StoreReader : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StoreReader(ServiceProvider services) => _services = services;

    /// <summary>The journal's store.</summary>
    public IJournalStore Journal => Get<IJournalStore>();

    /// <summary>Opens the stores.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static StoreReader Open(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        var options = SiloOptions.From(configuration);
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddStores(options);
        services.AddSingleton<IJournal, JournalReader>();
        services.AddViews(options, StreamSettingsReader.Read(configuration));
        services.AddOrderIndex();
        services.AddSigningKeys(AuthOptions.From(configuration));
        return new StoreReader(services.BuildServiceProvider());
    }

    /// <summary>Brings the views' tables to the newest schema.</summary>
    public Task MigrateViewsAsync(CancellationToken cancellationToken) => Get<IViewDatabase>().MigrateAsync(cancellationToken);

    /// <summary>What is built on the stores, such as the audit of the index of orders or the ring of signing keys.</summary>
    public T Get<T>()
        where T : class => _services.GetRequiredService<T>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
