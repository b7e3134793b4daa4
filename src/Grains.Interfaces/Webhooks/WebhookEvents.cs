namespace Granary.Grains.Interfaces.Webhooks;

/// <summary>The events that webhooks can subscribe to.</summary>
public static class WebhookEvents
{
    /// <summary>Their names, in life-cycle order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "order.placed", "order.amended", "order.paid", "order.packing_started", "order.shipped", "order.received", "order.completed",
        "order.cancelled", "order.expired",
    ];

    /// <summary>Whether webhooks can subscribe to events of this name.</summary>
    public static bool IsKnown(string name) => Names.Contains(name, StringComparer.Ordinal);
}
