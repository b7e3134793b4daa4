using Granary.Streams;
using Granary.Streams.Views;

namespace Granary.Grains.Webhooks;

/// <summary>Wakes the dispatcher of this process: something was entered, or an attempt ended.</summary>
public sealed class WebhookWake
{
    /// <summary>The signal.</summary>
    public WakeSignal Signal { get; } = new();
}

/// <summary>
/// Keeps the dispatcher going on one silo at a time. Another takes over within seconds when it is gone, and what it had begun
/// when its claims run out.
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
    private DateTimeOffset _renewAt;
    private DateTimeOffset _forgetAt;
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
                // A database that is away; the wait before the next turn keeps this from spinning.
                DispatchFailed(fault);
                await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var tidies = now >= _forgetAt;
        if (tidies)
        {
            _forgetAt = now + ForgetPeriod;
        }

        // While nothing is due, nobody needs to be the one who sends it.
        if ((!tidies && !await dispatcher.IsDueAsync(cancellationToken)) || !await HoldsLeaseAsync(cancellationToken))
        {
            return;
        }

        await dispatcher.StartDueAsync(cancellationToken);
        if (tidies)
        {
            await deliveries.ForgetAsync(now - options.KeepDeliveries, cancellationToken);
        }
    }

    /// <summary>Turns come often while there is work; the lease is renewed once a second.</summary>
    private async Task<bool> HoldsLeaseAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now >= _renewAt)
        {
            _held = false;
            _held = await _lease.TryHoldAsync(cancellationToken);
            _renewAt = now + Period;
        }

        return _held;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending webhooks failed; it is tried again.")]
    private partial void DispatchFailed(Exception fault);
}
