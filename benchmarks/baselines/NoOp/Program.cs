using Granary.Baselines;

// The ceiling: reads, checks and answers like the others, and keeps nothing.
var app = OrderEndpoint.CreateBuilder(args).Build();
app.MapOrders(command => ValueTask.FromResult(OrderOutcome.Of(new PlacedOrder(
    command.Skus, Array.ConvertAll(command.Skus, _ => 1_999L), DateTimeOffset.UtcNow))));
await app.RunAsync();
