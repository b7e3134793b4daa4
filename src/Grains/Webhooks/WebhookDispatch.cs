using Granary.Streams;
using Granary.Streams.Views;

namespace Granary.Grains.Webhooks;

/// <summary>Wakes the dispatcher of this process when a delivery was created or an attempt ended.</summary>
public sealed class WebhookWake
{
    /// <summary>The signal.</summary>
    public WakeSignal Signal { get; } = new();
}

/// <summary>
/// Runs the dispatcher on one silo at a time. When that silo is gone, another one takes over within seconds, and takes over its
/// started attempts when their claims expire.
/// </summary>
public sealed partial class WebhookDispatch(
    WebhookDispatcher dispatcher,
    DeliveryStore deliveries,
    IViewDatabase database,
    WebhookOptions options,
    WebhookWake wake,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<WebhookDispatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgetPeriod = TimeSpan.FromHours(1);

    private readonly Lease _lease = new(database, clock, "webhook-dispatch", LeaseDuration);

    // By the monotonic clock.
    private TimeSpan _renewAt;
    private TimeSpan _forgetAt;
    private bool _held;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await dispatcher.IdleAsync();
        if (await _lease.TryReleaseAsync(cancellationToken) is { } fault)
        {
            DispatchFailed(fault);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await wake.Signal.WaitAsync(Period, stoppingToken);
            try
            {
                await TakeTurnAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is unavailable; the wait before the next turn keeps this loop from spinning.
                DispatchFailed(fault);
                await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetElapsedTime(0);
        var tidies = now >= _forgetAt;
        if (tidies)
        {
            _forgetAt = now + ForgetPeriod;
        }

        // While nothing is due, no silo needs the lease.
        if ((!tidies && !await dispatcher.IsDueAsync(cancellationToken)) || !await HoldsLeaseAsync(cancellationToken))
        {
            return;
        }

        await dispatcher.StartDueAsync(cancellationToken);
        if (tidies)
        {
            await deliveries.ForgetAsync(clock.GetUtcNow() - options.KeepDeliveries, cancellationToken);
        }
    }

    /// <summary>Turns come often while there is work; the lease is renewed once a second.</summary>
    private async Task<bool> HoldsLeaseAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetElapsedTime(0);
        if (now >= _renewAt)
        {
            _held = false;
            _held = await _lease.TryHoldAsync(cancellationToken);
            _renewAt = now + Period;
        }

        return _held;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending webhooks failed; it will be retried.")]
    private partial void DispatchFailed(Exception fault);
}
