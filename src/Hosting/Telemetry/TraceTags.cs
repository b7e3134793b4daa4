namespace Granary.Hosting.Telemetry;

/// <summary>The tags that Granary sets on the spans of a trace.</summary>
public static class TraceTags
{
    /// <summary>The order that a request concerns.</summary>
    public const string OrderId = "order.id";
}
