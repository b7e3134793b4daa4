using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Granary.Grains.Orders.Index;
using Granary.Hosting.Clustering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Tests.Streams;

/// <summary>A whole silo as the product composes it, with a product in stock and a customer with money.</summary>
public sealed class WholeSilo : IAsyncDisposable
{
    public const string Sku = "LAMP";

    private readonly IHost _host;

    private WholeSilo(IHost host) => _host = host;

    /// <summary>The grains.</summary>
    public IGrainFactory Grains => Service<IGrainFactory>();

    /// <summary>The index that follows the orders.</summary>
    public OrderIndex Index => Service<OrderIndex>();

    /// <summary>The customer.</summary>
    public static string Customer => UserId.From("ada");

    /// <summary>Starts a silo over a database of <see cref="Configuration"/>.</summary>
    /// <param name="compose">Puts doubles into it.</param>
    public static async Task<WholeSilo> StartAsync(
        IReadOnlyDictionary<string, string?> configuration, CancellationToken cancellationToken, Action<IServiceCollection>? compose = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Granary:Silo:Port"] = "0",
            ["Granary:Silo:GatewayPort"] = "0",
            ["Granary:Orders:MaxOpenOrdersPerUser"] = "0",
            ["Granary:Orders:MaxOpenUnitsPerUser"] = "0",
        });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        // The recording consumers of this assembly are activated in every silo.
        builder.Services.AddSingleton<Recorder>();
        builder.AddGranarySilo();
        compose?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new WholeSilo(host);
    }

    /// <summary>Creates the product and the customer.</summary>
    public async Task OpenAsync(long stock = 1_000)
    {
        var lamp = Grains.GetGrain<IStockGrain>(Sku);
        Assert.Null((await lamp.Define(new DefineProduct("Lamp", null, 1_999, null, UserId.System))).Refusal);
        Assert.Null((await lamp.Adjust(new AdjustStock(stock, "delivery", null, UserId.System))).Refusal);
        var ada = Grains.GetGrain<IUserGrain>(Customer);
        Assert.Null((await ada.Register(new RegisterUser("ada", "hash", null, [Roles.Customer], UserId.System))).Refusal);
        Assert.Null((await ada.Deposit(new DepositMoney(100_000_000, null, UserId.System))).Refusal);
    }

    /// <summary>Places an order of one lamp.</summary>
    public Task<Order> PlaceAsync() => PlaceAsync(patience: null);

    /// <summary>Places an order that may stay unpaid for another time than others.</summary>
    public async Task<Order> PlaceAsync(TimeSpan? patience)
    {
        var reply = await Grains.GetGrain<IOrderGrain>(OrderId.New(DateTimeOffset.UtcNow)).Place(
            new PlaceOrder { UserId = Customer, Lines = [new RequestedLine(Sku, 1)], By = Customer, PaymentTimeout = patience });
        Assert.Null(reply.Refusal);
        return reply.Order!;
    }

    /// <summary>A saga beside the silo's own, as another silo has.</summary>
    public PlacementSaga NewSaga() => ActivatorUtilities.CreateInstance<PlacementSaga>(_host.Services);

    /// <summary>A service of the silo.</summary>
    public T Service<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
    }
}
