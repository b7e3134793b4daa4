using System.Diagnostics;
using Granary.Grains.Interfaces.Orders;
using Granary.Hosting.Telemetry;

namespace Granary.Api.Telemetry;

/// <summary>
/// Adds the id of the order that a request concerns to its log events and trace. An endpoint that creates an order calls
/// <see cref="Mark"/> itself.
/// </summary>
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

    /// <summary>Marks the current activity as concerning an order.</summary>
    public static void Mark(string orderId) => Activity.Current?.SetTag(TraceTags.OrderId, orderId);
}
