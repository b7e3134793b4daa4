using Granary.Baselines;
using Granary.Baselines.GrainStorage;
using Npgsql;

// What a user would build with Orleans alone: three grains on plain AdoNet grain storage.
var builder = OrderEndpoint.CreateBuilder(args);
var connection = new NpgsqlConnectionStringBuilder(builder.Configuration.GetConnectionString("Granary"))
{
    MaxAutoPrepare = 10,
    AutoPrepareMinUsages = 1,
    NoResetOnClose = true,
    MaxPoolSize = builder.Configuration.GetValue("Pool", 32),
};
await using var dataSource = NpgsqlDataSource.Create(connection);
await CreateSchemaAsync(dataSource);
builder.UseOrleans(silo => silo
    .UseLocalhostClustering(
        builder.Configuration.GetValue("SiloPort", 11_111), builder.Configuration.GetValue("GatewayPort", 30_000))
    .AddAdoNetGrainStorageAsDefault(options =>
    {
        options.Invariant = "Npgsql";
        options.DataSource = dataSource;
    }));
builder.Services.AddHostedService<Seed>();
var app = builder.Build();
var grains = app.Services.GetRequiredService<IGrainFactory>();
app.MapOrders(command => PlaceAsync(grains, command));
await app.RunAsync();

static async Task CreateSchemaAsync(NpgsqlDataSource dataSource)
{
    using var resource = typeof(OrderGrain).Assembly.GetManifestResourceStream("Schema.sql")!;
    using var reader = new StreamReader(resource);
    await using var command = dataSource.CreateCommand(await reader.ReadToEndAsync());
    await command.ExecuteNonQueryAsync();
}

static async ValueTask<OrderOutcome> PlaceAsync(IGrainFactory grains, OrderCommand command)
{
    var reply = await grains.GetGrain<IOrderGrain>(command.Id).PlaceAsync(new(
        command.UserId, command.Skus, command.Quantities, command.Fingerprint, command.ShippingAddress?.GetRawText(), command.Note));
    return reply.Verdict switch
    {
        PlaceVerdict.Placed or PlaceVerdict.Replayed => OrderOutcome.Of(
            new PlacedOrder(reply.Names, reply.Prices, reply.CreatedAt, reply.Verdict is PlaceVerdict.Replayed)),
        PlaceVerdict.KeyReused => OrderOutcome.KeyReused,
        PlaceVerdict.UnknownProduct => OrderOutcome.UnknownProduct,
        PlaceVerdict.InsufficientStock => OrderOutcome.InsufficientStock,
        _ => OrderOutcome.InsufficientFunds,
    };
}
