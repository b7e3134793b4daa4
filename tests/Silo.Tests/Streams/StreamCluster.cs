using Granary.Domain.Events;
using Granary.Grains.BackOffice;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments;
using Granary.Grains.Stock;
using Granary.Journal;
using Granary.Streams;
using Granary.Streams.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Granary.Silo.Tests.Streams;

/// <summary>
/// Silos in this process over one database, with the streams as the product composes them and recording consumers.
/// </summary>
public sealed class StreamCluster : IAsyncDisposable
{
    private readonly IStreamDatabase _database;
    private readonly InProcessTestCluster _cluster;

    private StreamCluster(IStreamDatabase database, InProcessTestCluster cluster, Recorder recorder)
    {
        _database = database;
        _cluster = cluster;
        Recorder = recorder;
    }

    /// <summary>What the consumers got.</summary>
    public Recorder Recorder { get; }

    /// <summary>The silos.</summary>
    public InProcessTestCluster Orleans => _cluster;

    /// <summary>The journal of the first silo.</summary>
    public IJournal Journal => Service<IJournal>();

    /// <summary>The database of the journal that has a partition.</summary>
    public IJournal DatabaseOf(int partition) => Journal.Databases[Journal.DatabaseOf(partition)];

    /// <summary>Checkpoints and dead letters.</summary>
    public IStreamStore Store => Service<IStreamStore>();

    /// <summary>Starts silos over a database whose tables exist.</summary>
    public static async Task<StreamCluster> StartAsync(
        IStreamDatabase database, Recorder? recorder = null, short silos = 1, ILoggerProvider? log = null, TimeSpan? responseTimeout = null,
        Action<IServiceCollection>? compose = null)
    {
        recorder ??= new Recorder();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Logging.SetMinimumLevel(LogLevel.Warning);
            if (log is not null)
            {
                host.Logging.AddProvider(log);
            }

            database.Register(host.Services);
            host.Services.AddSingleton(recorder);
            host.Services.AddSingleton(TimeProvider.System);
            host.Services.AddSingleton<ICurrent<LowStockOptions>>(new Unchanging<LowStockOptions>(new LowStockOptions(0)));
            host.Services.AddSingleton<StockMetrics>();
            host.Services.AddSingleton<JournalMetrics>();
            host.Services.TryAddSingleton<GroupCommitJournal>();
            host.Services.TryAddSingleton<IJournal>(provider => provider.GetRequiredService<GroupCommitJournal>());
            host.Services.AddSingleton(Options.Create(new StreamSettings
            {
                Pace = TimeSpan.FromMilliseconds(10),
                PollPeriod = TimeSpan.FromMilliseconds(200),
                NudgePeriod = TimeSpan.FromMilliseconds(500),
                TailLength = 64,
                BatchLength = 16,
                MaxDeliveryTime = TimeSpan.FromSeconds(2),
                RetryDelay = TimeSpan.FromMilliseconds(1),
            }));
            host.Services.AddJournalFeed();
            host.Services.AddBackOfficeViews();
            host.Services.AddPaymentIndex();
            compose?.Invoke(host.Services);
        });
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddJournalStreams();
            silo.AddMemoryGrainStorage(SnapshotStore.StorageName);
            if (responseTimeout is { } timeout)
            {
                silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = timeout);
            }
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new StreamCluster(database, cluster, recorder);
    }

    /// <summary>A service of the first silo.</summary>
    public T Service<T>()
        where T : notnull => _cluster.Silos[0].ServiceProvider.GetRequiredService<T>();

    /// <summary>One partition of a consumer.</summary>
    public IJournalConsumer Consumer(string grainType, int partition) =>
        _cluster.Client.GetGrain<IJournalConsumer>(GrainId.Create(grainType, StreamNames.StreamOf(StreamNames.Orders, partition).GetKeyAsString()));

    /// <summary>Appends events to the stream of an order, one append each.</summary>
    public async Task AppendAsync(string order, long afterVersion, int count, string type = "order.test")
    {
        for (var i = 0; i < count; i++)
        {
            var appended = new JournalEvent(type, "{}"u8.ToArray(), DateTimeOffset.UtcNow);
            await Journal.AppendAsync(new JournalAppend(JournalStream.OfOrder(order), afterVersion + i, [appended]));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        await _database.CloseAsync();
    }
}

/// <summary>A database for the streams of one test.</summary>
public interface IStreamDatabase : IAsyncDisposable
{
    /// <summary>The journal's store.</summary>
    IJournalStore Journal { get; }

    /// <summary>The store that has a stream.</summary>
    IJournalStore StoreOf(string stream) => Journal;

    /// <summary>The views' database.</summary>
    IViewDatabase Views { get; }

    /// <summary>Registers both for a silo.</summary>
    void Register(IServiceCollection services);

    /// <summary>Called when a cluster over it has stopped; another one may start over it.</summary>
    Task CloseAsync();
}
