using System.Diagnostics;
using Granary.Grains.Interfaces.Orders;
using Granary.Hosting.Telemetry;

namespace Granary.Api.Telemetry;

/// <summary>Has the log and the trace of a request name the order that it is about. An endpoint that makes one tells it itself.</summary>
public sealed class OrderTag(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/orders", out var rest) && rest.HasValue
            && context.GetRouteValue("id") is string id && OrderId.IsValid(id))
        {
            Mark(id);
        }

        return next(context);
    }

    /// <summary>Marks what runs now as being about an order.</summary>
    public static void Mark(string orderId) => Activity.Current?.SetTag(TraceTags.OrderId, orderId);
}
