using Granary.Domain.Events;
using Granary.Domain.Settings;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces.Settings;
using Granary.Journal;
using Orleans.Concurrency;

namespace Granary.Grains.Settings;

/// <summary>The settings that change while the cluster runs. Every process of the cluster asks it twice a second.</summary>
[Reentrant]
public sealed class SettingsGrain(IJournal journal, ISettingRules rules, TimeProvider clock)
    : EventSourcedGrain<SettingsState, SettingsEvent>(journal, clock), ISettingsGrain
{
    // Another activation may have changed them while the cluster changes. With the pace of those who ask it stays below two seconds.
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(500);

    /// <summary>A read that takes longer may wait for a connection that is dead: the next caller does not wait for it.</summary>
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(1);

    private readonly IJournal _journal = journal;
    private readonly TimeProvider _clock = clock;
    private Task _refresh = Task.CompletedTask;
    private long _refreshBegan;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _refreshBegan = _clock.GetTimestamp();
        await EnsureLoadedAsync();
    }

    /// <inheritdoc/>
    public async Task<SettingsSet?> Refresh(long known)
    {
        await EnsureFreshAsync();
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
                    ? new SettingsVersion(record.Version, record.At, e.By, e.Changes, e.RolledBackTo)
                    : throw new InvalidOperationException($"The history has no {record.Type}.")),
        ];
    }

    private async Task<SettingsReply> ReplyAsync(Func<SettingsState, Decision<SettingsEvent>> decide) =>
        (await DecideAsync(decide)).Refusal is { } refusal ? new SettingsReply(null, refusal) : new SettingsReply(Durable.ToSet());

    /// <summary>Reads what another activation has appended, unless that was read a moment ago.</summary>
    private Task EnsureFreshAsync()
    {
        var age = _clock.GetElapsedTime(_refreshBegan);
        if (_refresh.IsCompletedSuccessfully ? age >= Freshness : _refresh.IsCompleted || age >= ReadPatience)
        {
            _refreshBegan = _clock.GetTimestamp();
            _refresh = RefreshAsync();
        }

        return _refresh;
    }
}
