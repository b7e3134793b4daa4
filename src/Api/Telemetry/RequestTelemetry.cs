using System.Diagnostics;
using Granary.Api.Settings;
using Microsoft.AspNetCore.Diagnostics;

namespace Granary.Api.Telemetry;

/// <summary>
/// Measures every request and logs those that failed on the server's side. A successful request is counted and logged only at
/// level Debug: at thousands a second, a line for each would cost more than the request.
/// </summary>
public sealed partial class RequestTelemetry(RequestDelegate next, RequestMetrics metrics, VariantTallies variants, ILogger<RequestTelemetry> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var duration = Stopwatch.GetElapsedTime(started);

            // The error handler removes the endpoint from the request and stores it in a feature.
            var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
            var handler = metrics.HandlerOf(endpoint);
            metrics.Answered(handler, context.Request.Method, context.Response.StatusCode, duration, RequestVariant.Of(context)?.Name);
            variants.Answered(context);
            Log(context, handler, duration);
        }
    }

    private void Log(HttpContext context, string handler, TimeSpan duration)
    {
        // Shed requests and an unavailable part of the cluster cause thousands of 503 responses; the cause is logged already.
        var status = context.Response.StatusCode;
        var level = status >= StatusCodes.Status500InternalServerError && status != StatusCodes.Status503ServiceUnavailable
            ? LogLevel.Warning
            : LogLevel.Debug;
        if (logger.IsEnabled(level))
        {
            LogAnswered(level, context.Request.Method, handler, status, duration.TotalMilliseconds);
        }
    }

    [LoggerMessage(Message = "{Method} {Handler} answered {Status} after {Milliseconds:F1} ms")]
    private partial void LogAnswered(LogLevel level, string method, string handler, int status, double milliseconds);
}
