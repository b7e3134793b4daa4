using Granary.Domain.ApiKeys;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Journal;
using Orleans.Concurrency;

namespace Granary.Grains.ApiKeys;

/// <summary>
/// The API keys of the shop. When they were last used is no event: it is written beside them, at most once a minute, and the last minute may
/// be lost with the silo.
/// </summary>
[Reentrant]
public sealed class ApiKeysGrain(IJournal journal, SnapshotStore snapshots, TimeProvider clock)
    : EventSourcedGrain<ApiKeysState, ApiKeyEvent>(journal, clock), IApiKeysGrain
{
    private const string UsesName = "api-key-uses-1";

    private static readonly TimeSpan WritePeriod = TimeSpan.FromMinutes(1);

    private IGrainState<Snapshot<LastUses>> _uses = null!;
    private bool _mustWrite;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        await EnsureLoadedAsync();
        _uses = await snapshots.ReadAsync<LastUses>(UsesName, this.GetGrainId());
        _uses.State!.State ??= new LastUses();
        this.RegisterGrainTimer(WriteUsesAsync, new GrainTimerCreationOptions(WritePeriod, WritePeriod) { Interleave = true });
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await base.OnDeactivateAsync(reason, cancellationToken);
        await WriteUsesAsync();
    }

    /// <inheritdoc/>
    public async Task<ApiKeyReply> Create(CreateApiKey command)
    {
        var decision = await DecideAsync(keys => ApiKeyDecisions.Create(keys, command));
        return decision.Refusal is { } refusal ? new ApiKeyReply(null, refusal)
            : Durable.Keys.TryGetValue(command.Id, out var key) ? new ApiKeyReply(key.ToKey(lastUsedAt: null))
            : new ApiKeyReply(null, new NotFound());
    }

    /// <inheritdoc/>
    public Task Revoke(string id, string by) => DecideAsync(keys => ApiKeyDecisions.Revoke(keys, id, by));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ApiKey>> List()
    {
        await EnsureFreshAsync();
        return [.. Durable.Keys.Values.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)
            .Select(key => key.ToKey(Uses.TryGetValue(key.Id, out var at) ? at : null))];
    }

    /// <inheritdoc/>
    public async Task<ApiKeySet?> Refresh(long known, IReadOnlyList<ApiKeyUse> uses)
    {
        foreach (var use in uses)
        {
            if (Durable.Keys.ContainsKey(use.Id) && (!Uses.TryGetValue(use.Id, out var last) || last < use.At))
            {
                Uses[use.Id] = use.At;
                _mustWrite = true;
            }
        }

        await EnsureFreshAsync(known);
        return Durable.Version == known ? null : Durable.ToSet();
    }

    private Dictionary<string, DateTimeOffset> Uses => _uses.State!.State!.ByKey;

    private async Task WriteUsesAsync()
    {
        if (!_mustWrite)
        {
            return;
        }

        _mustWrite = false;
        foreach (var revoked in Uses.Keys.Except(Durable.Keys.Keys).ToList())
        {
            Uses.Remove(revoked);
        }

        if (!await snapshots.WriteAsync(UsesName, this.GetGrainId(), _uses))
        {
            // Another activation wrote it, or the store is away: the uses of both are newer than what is stored.
            var mine = Uses;
            _uses = await snapshots.ReadAsync<LastUses>(UsesName, this.GetGrainId());
            var stored = (_uses.State!.State ??= new LastUses()).ByKey;
            foreach (var (key, at) in mine)
            {
                stored[key] = stored.TryGetValue(key, out var other) && other > at ? other : at;
            }

            _mustWrite = true;
        }
    }
}
