using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Granary.Grains.Stock.Catalogue;
using Granary.Hosting.Clustering;
using Granary.Journal;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Granary.Silo.Tests.Saga;

/// <summary>The product's silo over SQLite in a separate directory, with faults that a test can switch on.</summary>
public class SagaSilo : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-saga-").FullName;
    private IHost _host = null!;

    /// <summary>How long an unconfirmed reservation is kept before its order is asked.</summary>
    protected virtual TimeSpan ReservationGrace => TimeSpan.FromMilliseconds(200);

    /// <summary>How long a caller waits for a grain's answer.</summary>
    protected virtual TimeSpan ResponseTimeout => TimeSpan.FromSeconds(10);

    public FaultPlan Faults { get; } = new();

    public MovableClock Clock => field ??= NewClock();

    public RecordedCatalogue Catalogue { get; } = new();

    public FaultyJournalStore Store { get; private set; } = null!;

    public IJournal Journal => _host.Services.GetRequiredService<IJournal>();

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Stops the silo and starts another one over the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public IOrderGrain Order(string id) => Grains.GetGrain<IOrderGrain>(id);

    public IStockGrain Stock(string sku) => Grains.GetGrain<IStockGrain>(sku);

    public IUserGrain User(string id) => Grains.GetGrain<IUserGrain>(id);

    /// <summary>A product with units to sell.</summary>
    public async Task<string> NewProductAsync(string name, long price, long units)
    {
        var sku = $"{name}-{Guid.NewGuid():N}";
        await Stock(sku).Define(new DefineProduct(name, null, price, null, UserId.System));
        if (units > 0)
        {
            await Stock(sku).Adjust(new AdjustStock(units, "delivery", null, UserId.System));
        }

        return sku;
    }

    /// <summary>A user with money to spend.</summary>
    public async Task<string> NewUserAsync(long deposit)
    {
        var name = $"user.{Guid.NewGuid():N}";
        var id = UserId.From(name);
        await User(id).Register(new RegisterUser(name, "hash", null, [Roles.Customer], id));
        if (deposit > 0)
        {
            await User(id).Deposit(new DepositMoney(deposit, null, UserId.System));
        }

        return id;
    }

    /// <summary>A saga beside the silo's own, as another silo has.</summary>
    public SagaElsewhere NewSaga(IJournal? journal = null) => new(journal is null
        ? ActivatorUtilities.CreateInstance<PlacementSaga>(Services)
        : ActivatorUtilities.CreateInstance<PlacementSaga>(Services, journal));

    public string NewOrderId() => OrderId.New(Clock.GetUtcNow());

    protected IServiceProvider Services => _host.Services;

    /// <summary>Where the silo keeps its data.</summary>
    protected string DataDirectory => _directory;

    /// <summary>The silo's clock.</summary>
    protected virtual MovableClock NewClock() => new();

    /// <summary>Adds what a test needs beside the silo.</summary>
    protected virtual void Compose(IServiceCollection services)
    {
    }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    private async Task StartAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Granary:DataDirectory"] = _directory,
            ["Granary:Silo:Port"] = "0",
            ["Granary:Silo:GatewayPort"] = "0",
            ["Granary:Silo:ResponseTimeout"] = ResponseTimeout.ToString("c"),
            ["Granary:Orders:ReservationGrace"] = ReservationGrace.ToString("c"),
            ["Granary:Orders:PaymentTimeout"] = "00:15:00",

            // Without its filter, Orleans empties a request as soon as the grain has answered.
            ["Granary:Telemetry:Dashboard"] = "false",
            ["Granary:Orders:MaxOpenOrdersPerUser"] = "0",
            ["Granary:Orders:MaxOpenUnitsPerUser"] = "0",
        });
        builder.Logging.ClearProviders();
        builder.AddGranarySilo();
        var inner = builder.Services.Last(service => service.ServiceType == typeof(IJournalStore));
        builder.Services.Remove(inner);
        builder.Services.AddSingleton<IJournalStore>(provider =>
            Store = new FaultyJournalStore((IJournalStore)inner.ImplementationFactory!(provider), Faults));
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
        builder.Services.Replace(ServiceDescriptor.Singleton<ICatalogue>(Catalogue));

        // A silo that starts under a clock that a test has moved seems to have been joining for as long, and would declare itself dead.
        builder.Services.PostConfigure<ClusterMembershipOptions>(options => options.MaxJoinAttemptTime = TimeSpan.FromDays(10));
        Compose(builder.Services);
        builder.Services.AddSingleton<IOutgoingGrainCallFilter>(new FaultyCalls(Faults));
        builder.Services.AddSingleton<IOutgoingGrainCallFilter, CallsFromElsewhere>();
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task StopAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

/// <summary>
/// A silo that keeps unconfirmed reservations longer than any test takes, and whose callers wait as long: with thousands of calls
/// at once on a busy machine, the last answer takes longer than the product's callers wait.
/// </summary>
public sealed class PatientSilo : SagaSilo
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <inheritdoc/>
    protected override TimeSpan ReservationGrace => Patience;

    /// <inheritdoc/>
    protected override TimeSpan ResponseTimeout => Patience;
}
