using System.Globalization;
using Granary.Hosting.Settings;

namespace Granary.Api.Http;

/// <summary>
/// Lets a front end leave without anybody noticing. Told to stop, it is no longer ready, asks every caller to close the
/// connection, and goes on serving for <c>Granary:DrainTime</c>, in which a load balancer stops sending; only then does it
/// close its door.
/// </summary>
public sealed class Draining(IConfiguration configuration, IHostApplicationLifetime lifetime, TimeProvider clock) : IHostedLifecycleService
{
    private const string Key = "Granary:DrainTime";

    /// <summary>How long it goes on serving.</summary>
    public TimeSpan Time { get; } = From(configuration);

    /// <summary>The part that speaks HTTP: a caller who keeps a connection learns that it is about to end.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    }

    /// <summary>Comes before the server is stopped.</summary>
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
