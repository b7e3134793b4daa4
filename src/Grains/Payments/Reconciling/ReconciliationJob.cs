using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Providers;
using Granary.Streams.Views;

namespace Granary.Grains.Payments.Reconciling;

/// <summary>
/// Compares the day that has ended in UTC with the provider's list, once a night, and has payments take in what they lack. One silo at a time
/// does it. One that takes the job over in the middle of a day compares again, which changes nothing.
/// </summary>
public sealed partial class ReconciliationJob(
    Reconciler reconciler,
    ProviderGateway gateway,
    ReconciliationMetrics metrics,
    ReconciliationStore reports,
    IViewDatabase database,
    IGrainFactory grains,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<ReconciliationJob> logger) : BackgroundService
{
    private const int Shown = 20;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>Operations of the last minutes of a day are concluded by then.</summary>
    private static readonly TimeSpan AfterMidnight = TimeSpan.FromHours(2);

    // Longer than a comparison takes; a second silo that made it meanwhile would find the same.
    private readonly Lease _lease = new(database, clock, "payment-reconciliation", TimeSpan.FromMinutes(15));
    private DateTimeOffset? _comparedTo;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (gateway.KeepsList && await _lease.TryReleaseAsync(cancellationToken) is { } fault)
        {
            Failed(fault.Message);
        }
    }

    /// <summary>Compares, unless this silo has already compared the last whole day.</summary>
    /// <returns>What it found; null when there was nothing to do.</returns>
    public async Task<ReconciliationReport?> RunAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var to = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        if (_comparedTo == to || now < to + AfterMidnight)
        {
            return null;
        }

        var report = await reconciler.CompareAsync(to.AddDays(-1), to, progress: null, cancellationToken);
        metrics.Found(report.Differences);
        Compared(to.AddDays(-1), gateway.Name, report.Matched, report.Differences.Count);
        var plan = Reconciler.Plan(report);
        foreach (var (difference, action) in plan.Take(Shown))
        {
            Differs(difference.Payment, Words.Of(difference.Kind), difference.Key, difference.Here, difference.There, Words.Of(action));
        }

        await reports.SaveAsync(ReportOf(report, plan, to), cancellationToken);
        await Reconciler.TakeInAsync(grains, plan, cancellationToken);
        _comparedTo = to;
        return report;
    }

    private PaymentReconciliation ReportOf(ReconciliationReport report, IReadOnlyList<(Difference Difference, DifferenceAction Action)> plan, DateTimeOffset to) => new()
    {
        At = clock.GetUtcNow(),
        From = to.AddDays(-1),
        To = to,
        Provider = gateway.Name,
        Matched = report.Matched,
        OnTheirWay = report.OnTheirWay,
        Foreign = report.Foreign,
        Kinds = report.Differences.CountBy(difference => difference.Kind).ToDictionary(kind => Words.Of(kind.Key), kind => kind.Value),
        Differences =
        [
            .. plan.Take(PaymentReconciliation.MostDifferences).Select(planned => new PaymentDifference(
                Words.Of(planned.Difference.Kind), planned.Difference.Payment, Words.Of(planned.Difference.Operation), planned.Difference.Key,
                planned.Difference.Here, planned.Difference.There, Words.Of(planned.Action))),
        ],
    };

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!gateway.KeepsList)
        {
            return;
        }

        await lifetime.StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await _lease.TryHoldAsync(stoppingToken))
                {
                    await RunAsync(clock.GetUtcNow(), stoppingToken);
                }
                else
                {
                    metrics.Found([]);
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The provider or a database is away; the next tick tries again.
                Failed(fault.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Payments of {Day:yyyy-MM-dd} were compared with the list of {Provider}: {Matched} operations match, {Differences} differ.")]
    private partial void Compared(DateTimeOffset day, string provider, int matched, int differences);

    [LoggerMessage(LogLevel.Warning, "Payment {Payment} differs at the provider ({Kind}, {Key}): {Here} here, {There} there; {Action}.")]
    private partial void Differs(string payment, string kind, string? key, long? here, long? there, string action);

    [LoggerMessage(LogLevel.Warning, "Payments could not be compared with the provider's list; it will be tried again: {Problem}")]
    private partial void Failed(string problem);
}
