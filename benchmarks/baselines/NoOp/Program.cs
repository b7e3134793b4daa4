using Granary.Baselines;

// The upper bound: reads, checks and answers like the other contenders, and stores nothing.
var app = OrderEndpoint.CreateBuilder(args).Build();
app.MapOrders(command => ValueTask.FromResult(OrderOutcome.Of(new PlacedOrder(
    command.Skus, Array.ConvertAll(command.Skus, _ => 1_999L), DateTimeOffset.UtcNow))));
await app.RunAsync();
