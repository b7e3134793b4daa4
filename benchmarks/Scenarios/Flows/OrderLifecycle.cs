using System.Text;

namespace Granary.Load.Flows;

/// <summary>An order from placing to completion, tracked to its end: every transition is a separate step.</summary>
public static class OrderLifecycle
{
    /// <summary>placed, paid, packed, shipped, received, completed.</summary>
    private const int Transitions = 6;

    public static async Task RunAsync(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var (client, staff, cancellation) = (visit.Client, visit.Shop.Staff, visit.Cancellation);
        var sku = visit.Shop.Skus[visit.Random.Next(visit.Shop.Skus.Count)];
        var placed = await visit.StepAsync(
            PlaceOrder.Step, () => client.PlaceAsync(visit.Shopper, new(sku, 1), visit.Key, cancellation));
        if (!placed.Succeeded || placed.Member("id") is not { } id)
        {
            return;
        }

        var trackingNumber = $"TRACK-{visit.Key}";
        (string Step, string Status, Func<Task<Reply>> Call)[] transitions =
        [
            ("pay", "paid", () => client.ActAsync(id, "pay", visit.Shopper, cancellation)),
            ("pack", "packing", () => client.ActAsync(id, "pack", staff, cancellation)),
            ("ship", "shipped", () => client.ShipAsync(id, "Pigeon Post", trackingNumber, staff, cancellation)),
            ("receive", "received", () => client.ActAsync(id, "receive", visit.Shopper, cancellation)),
            ("complete", "completed", () => client.ActAsync(id, "complete", staff, cancellation)),
        ];
        foreach (var (step, status, call) in transitions)
        {
            if (!(await visit.StepAsync(step, call, reply => reply.Member("status") == status)).Succeeded)
            {
                return;
            }
        }

        await visit.StepAsync("track", () => client.EventsAsync(id, visit.Shopper, cancellation), HasWholeHistory);
    }

    private static bool HasWholeHistory(Reply events)
    {
        var seen = 0;
        foreach (var line in Encoding.UTF8.GetString(events.Body.Span).AsSpan().EnumerateLines())
        {
            seen += line.StartsWith("id:", StringComparison.Ordinal) ? 1 : 0;
        }

        return seen >= Transitions;
    }
}
