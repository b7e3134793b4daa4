using Microsoft.AspNetCore.Http.Features;

namespace Granary.Api.Traffic;

/// <summary>
/// Applies the time limit of a request to the wait for its body, which the framework's JSON binding would not end by itself: a
/// caller that sends a body byte by byte must not occupy a turn for long.
/// </summary>
public sealed class BodyDeadline(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true } ? WatchAsync(context) : next(context);

    private async Task WatchAsync(HttpContext context)
    {
        await using var watch = context.RequestAborted.UnsafeRegister(
            static state => ((HttpContext)state!).Request.BodyReader.CancelPendingRead(), context);
        await next(context);
    }
}
