using Granary.Baselines;
using Granary.Baselines.Npgsql;
using Npgsql;

// What a user would build without Orleans: one transaction in one round trip per order, and the pool as the queue.
var builder = OrderEndpoint.CreateBuilder(args);
var connection = new NpgsqlConnectionStringBuilder(builder.Configuration.GetConnectionString("Granary"))
{
    MaxAutoPrepare = 10,
    AutoPrepareMinUsages = 1,
    NoResetOnClose = true,
    // The fastest of 8, 16, 32 and 64 with orders spread over all products; see docs/performance.md.
    MaxPoolSize = builder.Configuration.GetValue("Pool", 16),
};
await using var dataSource = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString).EnableArrays().EnableJsonTypes().Build();
var database = new OrderDatabase(dataSource);
await database.InitializeAsync(builder.Configuration.GetValue("Seed:Users", 1_000), builder.Configuration.GetValue("Seed:Products", 1_000));
var app = builder.Build();
app.MapOrders(database.PlaceAsync);
await app.RunAsync();
