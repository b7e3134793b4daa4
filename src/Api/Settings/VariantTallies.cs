using Granary.Api.Traffic;
using Granary.Grains.Interfaces.Settings;
using Granary.Hosting.Settings;

namespace Granary.Api.Settings;

/// <summary>Counts what this front end has answered under variants during the last minute.</summary>
public sealed class VariantTallies(LiveSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(5);
    private static readonly long SlotsKept = TimeSpan.FromMinutes(1).Ticks / Slot.Ticks;

    private readonly Lock _turn = new();
    private readonly Dictionary<(string Variant, long Slot), (long Requests, long Failures)> _counts = [];
    private readonly string _frontEnd = Guid.NewGuid().ToString("N");
    private long _since;

    /// <summary>Counts an answered request, those of callers without a variant as well: a variant is compared with them.</summary>
    public void Answered(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var variant = RequestVariant.Of(context);
        var obeyed = variant?.Settings ?? settings.Now;
        if (obeyed.Variants.Count == 0 || context.User.Identity?.IsAuthenticated != true)
        {
            return;
        }

        lock (_turn)
        {
            if (_since > obeyed.VariantsSince)
            {
                // It began under variants that were changed meanwhile.
                return;
            }

            Renew(obeyed.VariantsSince);
            var key = (variant?.Name ?? SettingsVariant.None, SlotNow);
            var (requests, failures) = _counts.GetValueOrDefault(key);
            _counts[key] = (requests + 1, failures + (IsFailure(context) ? 1 : 0));
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

            return _counts.Keys.All(key => key.Variant == SettingsVariant.None) ? null : new VariantReport(
                _frontEnd,
                _since,
                [
                    .. _counts.GroupBy(count => count.Key.Variant).Select(group =>
                        new VariantTally(group.Key, group.Sum(count => count.Value.Requests), group.Sum(count => count.Value.Failures))),
                ]);
        }
    }

    /// <summary>5xx, unless the process had too much to do, which a caller can bring about.</summary>
    private static bool IsFailure(HttpContext context) =>
        context.Response.StatusCode >= StatusCodes.Status500InternalServerError && context.Features.Get<Shed>() is null;

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
