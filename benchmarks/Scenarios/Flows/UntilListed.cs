using System.Text;

namespace Granary.Load.Flows;

/// <summary>
/// Places an order and reads the buyer's list until the order is in it: the step "listed" is the time from the 201 to the list
/// that shows the order.
/// </summary>
public static class UntilListed
{
    /// <summary>From the acknowledgement to the list that shows the order.</summary>
    public const string Step = "listed";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var sku = visit.Shop.Skus[visit.Random.Next(visit.Shop.Skus.Count)];
        var placed = await visit.StepAsync(
            PlaceOrder.Step, () => visit.Client.PlaceAsync(visit.Shopper, new(sku, 1), visit.Key, visit.Cancellation));
        if (placed.Succeeded && placed.Member("id") is { } id)
        {
            await visit.StepAsync(Step, () => ReadUntilAsync(visit, Encoding.UTF8.GetBytes(id)), list => Shows(list, Encoding.UTF8.GetBytes(id)));
        }
    }

    private static async Task<Reply> ReadUntilAsync(Visit visit, byte[] id)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(visit.Cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            var list = await visit.Client.OrdersAsync(visit.Shopper, visit.Cancellation).ConfigureAwait(false);
            if (!list.Succeeded || Shows(list, id) || patience.IsCancellationRequested)
            {
                return list;
            }

            await Task.Delay(Pause, visit.Cancellation).ConfigureAwait(false);
        }
    }

    private static bool Shows(Reply list, byte[] id) => list.Body.Span.IndexOf(id) >= 0;
}
