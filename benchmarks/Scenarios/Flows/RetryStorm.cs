namespace Granary.Load.Flows;

/// <summary>
/// Every order is sent three times at once under one idempotency key, as impatient clients do, then a fourth time. All
/// acknowledgements must name the same order.
/// </summary>
public static class RetryStorm
{
    private const int Copies = 3;
    private const int StillInFlight = 409;

    public static async Task RunAsync(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var sku = visit.Shop.Skus[visit.Random.Next(visit.Shop.Skus.Count)];
        var item = new Item(sku, 1);
        Task<Reply> Send() => visit.Client.PlaceAsync(visit.Shopper, item, visit.Key, visit.Cancellation);

        var copies = await Task.WhenAll(
            Enumerable.Range(0, Copies).Select(_ => visit.StepAsync(PlaceOrder.Step, Send, StillInFlight)));
        var placed = copies.Where(copy => copy.Succeeded).Select(copy => copy.Member("id")).Distinct().ToArray();
        await visit.StepAsync("replay", Send, reply => placed.All(id => id == reply.Member("id")));
    }
}
