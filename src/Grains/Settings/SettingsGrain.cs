using Granary.Domain.Events;
using Granary.Domain.Settings;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces.Settings;
using Granary.Journal;
using Orleans.Concurrency;

namespace Granary.Grains.Settings;

/// <summary>The settings that change while the cluster runs. Every process of the cluster asks it twice a second.</summary>
[Reentrant]
public sealed partial class SettingsGrain(
    IJournal journal, ISettingRules rules, ICurrent<VariantOptions> variants, SettingsMetrics metrics, TimeProvider clock, ILogger<SettingsGrain> logger)
    : EventSourcedGrain<SettingsState, SettingsEvent>(journal, clock), ISettingsGrain
{
    /// <summary>A front end that reported before is gone, or will report again: three of its periods.</summary>
    private static readonly TimeSpan ReportLifetime = TimeSpan.FromSeconds(15);

    /// <summary>The last report of each front end, and when it came. An activation that has none yet gets them all within a period.</summary>
    private readonly Dictionary<string, (VariantReport Report, long At)> _reports = new(StringComparer.Ordinal);

    private readonly IJournal _journal = journal;
    private readonly TimeProvider _clock = clock;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        await EnsureLoadedAsync();
    }

    /// <inheritdoc/>
    public async Task<SettingsSet?> Refresh(long known)
    {
        await EnsureFreshAsync(known);
        return Durable.Version == known ? null : Durable.ToSet();
    }

    /// <inheritdoc/>
    public Task<SettingsReply> Change(ChangeSettings command) =>
        ReplyAsync(settings => SettingsDecisions.Change(settings, command, rules.Check));

    /// <inheritdoc/>
    public async Task<SettingsReply> RollBack(RollBackSettings command)
    {
        var history = await _journal.ReadStreamAsync(SettingsState.StreamOf(Key), 0);
        return await ReplyAsync(settings => SettingsDecisions.RollBack(settings, command, VersionOf, rules.Check));

        SettingsState VersionOf(long version) => Aggregate.Fold<SettingsState, SettingsEvent>(
            SettingsState.Initial(Key), history.TakeWhile(record => record.Version <= version));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SettingsVersion>> History(long? before, int count)
    {
        await EnsureFreshAsync();
        var last = Math.Min(Durable.Version, (before ?? long.MaxValue) - 1);
        var records = await _journal.ReadStreamAsync(SettingsState.StreamOf(Key), Math.Max(0, last - count));
        return
        [
            .. records.TakeWhile(record => record.Version <= last).Reverse()
                .Select(record => SettingsEvent.Codec.Decode(record) is SettingsChanged e
                    ? new SettingsVersion(record.Version, record.At, e.By, e.Changes, e.RolledBackTo) { Variants = e.Variants }
                    : throw new InvalidOperationException($"The history has no {record.Type}.")),
        ];
    }

    /// <inheritdoc/>
    public async Task Judge(VariantReport report)
    {
        _reports[report.FrontEnd] = (report, _clock.GetTimestamp());
        foreach (var (frontEnd, (_, at)) in _reports.Where(report => _clock.GetElapsedTime(report.Value.At) > ReportLifetime).ToList())
        {
            _reports.Remove(frontEnd);
        }

        var most = variants.Value.MaxErrorRate;
        if ((await DecideAsync(settings => SettingsDecisions.TurnOff(settings, TalliesOf(settings), most))).Events is [SettingsChanged { Variants: { } changed }])
        {
            foreach (var variant in changed.To.Except(changed.From))
            {
                metrics.TurnedOff(variant.Name);
                LogTurnedOff(variant.Name, variant.Reason);
            }
        }

        // What a front end counted under other variants says nothing about these.
        IEnumerable<VariantTally> TalliesOf(SettingsState settings) =>
            _reports.Values.Where(known => known.Report.VariantsSince == settings.VariantsSince).SelectMany(known => known.Report.Tallies);
    }

    /// <summary>Decides, and answers with the set that this decision makes: others may follow before it is durable.</summary>
    private async Task<SettingsReply> ReplyAsync(Func<SettingsState, Decision<SettingsEvent>> decide)
    {
        var made = Durable;
        var decision = await DecideAsync(settings =>
        {
            var decided = decide(settings);
            made = decided.Events.Aggregate(settings, (state, happened) => state.Apply(happened, _clock.GetUtcNow()));
            return decided;
        });
        return decision.Refusal is { } refusal ? new SettingsReply(null, refusal) : new SettingsReply(made.ToSet());
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Variant {Variant} of the settings is turned off: {Reason}.")]
    private partial void LogTurnedOff(string variant, string? reason);
}
