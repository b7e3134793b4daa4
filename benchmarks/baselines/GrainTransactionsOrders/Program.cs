using Granary.Baselines;
using Granary.Baselines.GrainTransactions;
using Orleans.Serialization;
using Orleans.Storage;

// What a user would build with Orleans' transactions: three grains with transactional state on AdoNet grain storage.
var builder = OrderEndpoint.CreateBuilder(args);
await using var dataSource = await GrainDatabase.OpenAsync(builder.Configuration);
builder.UseOrleans(silo => silo
    .UseLocalhostClustering(
        builder.Configuration.GetValue("SiloPort", 11_111), builder.Configuration.GetValue("GatewayPort", 30_000))
    .UseTransactions()
    .AddAdoNetGrainStorageAsDefault(options => options.Configure<Serializer>((storage, serializer) =>
    {
        storage.Invariant = "Npgsql";
        storage.DataSource = dataSource;
        storage.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
    })));
builder.Services.AddSingleton<IAttributeToFactoryMapper<FollowingStateAttribute>, FollowingStateMapper>()
    .AddSingleton<PriceBook>().AddSingleton<Placement>().AddHostedService<Seed>();
var app = builder.Build();
app.MapOrders(app.Services.GetRequiredService<Placement>().PlaceAsync);
var grains = app.Services.GetRequiredService<IGrainFactory>();
app.MapAccount(StockAsync, WalletAsync);
await app.RunAsync();

async Task<StockDocument> StockAsync(string sku)
{
    var stock = await Retry.UntilDecidedAsync(grains.GetGrain<IStockGrain>(sku).ReadAsync);
    return new(stock.Available, stock.Reserved);
}

async Task<WalletDocument> WalletAsync(string user)
{
    var wallet = await Retry.UntilDecidedAsync(grains.GetGrain<IWalletGrain>(user).ReadAsync);
    return new(MoneyDocument.Usd(wallet.Available), MoneyDocument.Usd(wallet.Held));
}
