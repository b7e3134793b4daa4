namespace Granary.Api.Orders;

/// <summary>The settings of order tracking.</summary>
/// <param name="Heartbeat">
/// <c>Granary:Orders:TrackingHeartbeat</c>: the interval of comments on a connection without events, so that neither the client
/// nor a proxy takes the connection for dead.
/// </param>
public sealed record TrackingOptions(TimeSpan Heartbeat);
