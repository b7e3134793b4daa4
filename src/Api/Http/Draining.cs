using System.Globalization;
using Granary.Hosting.Settings;

namespace Granary.Api.Http;

/// <summary>
/// Lets a front end stop without failed requests. When it is told to stop, it is no longer ready, asks every caller to close the
/// connection, and continues to serve for <c>Granary:DrainTime</c>, in which a load balancer stops sending; only then does it
/// stop listening.
/// </summary>
public sealed class Draining(IConfiguration configuration, IHostApplicationLifetime lifetime, TimeProvider clock) : IHostedLifecycleService
{
    private const string Key = "Granary:DrainTime";

    /// <summary>How long it continues to serve.</summary>
    public TimeSpan Time { get; } = From(configuration);

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
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(Time, clock, cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static TimeSpan From(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } value)
        {
            return TimeSpan.Zero;
        }

        return TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero && time < TimeSpan.FromMinutes(5)
            ? time
            : throw new InvalidConfigurationException(Key, $"is '{value}'; it takes a time below five minutes, such as 00:00:05.");
    }
}
