namespace Granary.Hosting.Telemetry;

/// <summary>The tags that this product puts on the spans of a trace.</summary>
public static class TraceTags
{
    /// <summary>The order that a request is about.</summary>
    public const string OrderId = "order.id";
}
