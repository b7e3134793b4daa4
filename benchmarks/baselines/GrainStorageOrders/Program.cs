using Granary.Baselines;
using Granary.Baselines.GrainStorage;

// What a user would build with Orleans alone: three grains on plain AdoNet grain storage.
var builder = OrderEndpoint.CreateBuilder(args);
await using var dataSource = await GrainDatabase.OpenAsync(builder.Configuration);
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
