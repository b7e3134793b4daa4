using Granary.Grains.Interfaces;
using Granary.Grains.Payments.Index;
using Granary.Grains.Payments.Providers;
using Granary.Streams.Views;

namespace Granary.Grains.Payments;

/// <summary>
/// Has payments go on that are due: whose provider owes an answer, or whose authorization is about to end. One silo at a time looks in
/// the index once a second; another silo takes over within seconds when that one is gone. The payment itself decides: the index only names
/// those to ask. Every silo counts the payments that need attention.
/// </summary>
public sealed partial class PaymentSweep(
    PaymentIndex index,
    PaymentMetrics metrics,
    IViewDatabase database,
    IGrainFactory grains,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<PaymentSweep> logger,
    ProviderGateway gateway) : BackgroundService
{
    private const int PageLength = 512;

    // Mostly they wait for the provider, which may take seconds for each.
    private const int Parallelism = 64;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CountPeriod = TimeSpan.FromSeconds(15);

    private readonly Lease _lease = new(database, clock, "payment-sweep", TimeSpan.FromSeconds(3));
    private long? _countedAt;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (await _lease.TryReleaseAsync(cancellationToken) is { } fault)
        {
            SweepFailed(fault);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CountAsync(stoppingToken);
                if (gateway.IsConfigured)
                {
                    await _lease.RunAsync(SweepAsync, stoppingToken);
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // A database is unavailable; the next tick retries.
                SweepFailed(fault);
            }
        }
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        if (_countedAt is not { } counted || clock.GetElapsedTime(counted) >= CountPeriod)
        {
            metrics.Attention = await index.CountAttentionAsync(cancellationToken);
            _countedAt = clock.GetTimestamp();
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(string PaymentId, DateTimeOffset DueAt)> due;
        var from = DateTimeOffset.UnixEpoch;
        do
        {
            due = await index.DueAsync(from, clock.GetUtcNow(), PageLength, cancellationToken);
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
                async (payment, _) => await AdvanceAsync(payment.PaymentId));

            // The index follows the journal with a delay: a query from the beginning would return the same payments again.
            from = due.Count > 0 ? due[^1].DueAt : from;
        }
        while (due.Count == PageLength);
    }

    /// <summary>One payment that cannot go on must not keep the others from it.</summary>
    private async Task AdvanceAsync(string payment)
    {
        try
        {
            await grains.Payment(payment).Advance();
        }
        catch (Exception fault)
        {
            CannotAdvance(payment, fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Payment {Payment} is due and could not go on; it will be tried again.")]
    private partial void CannotAdvance(string payment, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search for due payments failed; it will be retried.")]
    private partial void SweepFailed(Exception fault);
}
