using Granary.Journal;

namespace Granary.Hosting;

/// <summary>The journal's store that a configuration names, to be read by a command while the platform runs or rests.</summary>
public sealed class StoreReader : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StoreReader(ServiceProvider services) => _services = services;

    /// <summary>The journal.</summary>
    public IJournalStore Journal => _services.GetRequiredService<IJournalStore>();

    /// <summary>Opens the store.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static StoreReader Open(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStores(SiloOptions.From(configuration));
        return new StoreReader(services.BuildServiceProvider());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
