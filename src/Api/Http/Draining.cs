using Granary.Api.Traffic;

namespace Granary.Api.Http;

/// <summary>
/// Lets a front end stop without failed requests. When it is told to stop, it is no longer ready, asks every caller to close the
/// connection, and continues to serve for <c>Granary:DrainTime</c>, in which a load balancer stops sending; only then does it
/// stop listening. A request whose body is still arriving by then is refused: its sender would hold up the stop for as long as it likes.
/// </summary>
public sealed class Draining(TimeSpan time, IHostApplicationLifetime lifetime, HeldBodies bodies, TimeProvider clock) : IHostedLifecycleService
{
    /// <summary>How long it continues to serve.</summary>
    public TimeSpan Time { get; } = time;

    /// <summary>The HTTP part: a caller with a persistent connection learns that it will be closed.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    }

    /// <summary>Runs before the server is stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Time, clock, cancellationToken);
        bodies.GiveUpAll();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
