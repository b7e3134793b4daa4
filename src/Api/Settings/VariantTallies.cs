using Granary.Grains.Interfaces.Settings;

namespace Granary.Api.Settings;

/// <summary>Counts what this front end has answered under variants during the last minute.</summary>
public sealed class VariantTallies(TimeProvider clock)
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(5);
    private static readonly long SlotsKept = TimeSpan.FromMinutes(1).Ticks / Slot.Ticks;

    private readonly Lock _turn = new();
    private readonly Dictionary<(string Variant, long Slot), (long Requests, long Failures)> _counts = [];
    private readonly string _frontEnd = Guid.NewGuid().ToString("N");
    private long _since;

    /// <summary>Counts a request.</summary>
    /// <param name="variant">What it was under.</param>
    /// <param name="status">Its status; 5xx is a failure.</param>
    public void Answered(RequestVariant variant, int status)
    {
        ArgumentNullException.ThrowIfNull(variant);
        lock (_turn)
        {
            if (_since > variant.Settings.VariantsSince)
            {
                // It began under variants that were changed meanwhile.
                return;
            }

            Renew(variant.Settings.VariantsSince);
            var key = (variant.Name, SlotNow);
            var (requests, failures) = _counts.GetValueOrDefault(key);
            _counts[key] = (requests + 1, failures + (status >= StatusCodes.Status500InternalServerError ? 1 : 0));
        }
    }

    /// <summary>What was answered during the last minute; null if nothing was under a variant.</summary>
    public VariantReport? Report()
    {
        lock (_turn)
        {
            var oldest = SlotNow - SlotsKept;
            foreach (var (key, _) in _counts.Where(count => count.Key.Slot <= oldest).ToList())
            {
                _counts.Remove(key);
            }

            return _counts.Count == 0 ? null : new VariantReport(
                _frontEnd,
                _since,
                [
                    .. _counts.GroupBy(count => count.Key.Variant).Select(group =>
                        new VariantTally(group.Key, group.Sum(count => count.Value.Requests), group.Sum(count => count.Value.Failures))),
                ]);
        }
    }

    private long SlotNow => clock.GetUtcNow().Ticks / Slot.Ticks;

    private void Renew(long since)
    {
        if (_since != since)
        {
            _counts.Clear();
            _since = since;
        }
    }
}

/// <summary>Reports the tallies to the settings of the cluster, which turn a variant off that fails too often.</summary>
public sealed partial class VariantReports(VariantTallies tallies, IGrainFactory grains, TimeProvider clock, ILogger<VariantReports> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (tallies.Report() is { } report)
            {
                try
                {
                    await grains.GetGrain<ISettingsGrain>(ISettingsGrain.Key).Judge(report);
                }
                catch (Exception fault)
                {
                    // The next report has the same minute.
                    LogNotJudged(fault);
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The variants of the settings could not be judged.")]
    private partial void LogNotJudged(Exception fault);
}
