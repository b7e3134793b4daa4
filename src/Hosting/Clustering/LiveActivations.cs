using System.Collections.Concurrent;
using Granary.Journal;
using Granary.Journal.PostgreSql;

namespace Granary.Hosting.Clustering;

/// <summary>
/// Ends the activations of this silo that remember the journal when a standby of the database was promoted: the next ones read what the
/// new primary has. Until then the journal refuses what they decide.
/// </summary>
internal sealed partial class LiveActivations : IActivationWorkingSetObserver, IDisposable
{
    private static readonly DeactivationReason Promoted = new(
        DeactivationReasonCode.ApplicationRequested, "A standby of the database was promoted.");

    private readonly ConcurrentDictionary<IGrainContext, bool> _live = new();
    private readonly List<PrimaryFence> _fences;
    private readonly ILogger<LiveActivations> _logger;

    public LiveActivations(ILogger<LiveActivations> logger, JournalDatabases? databases = null)
    {
        (_logger, _fences) = (logger, [.. (databases?.All ?? []).Select(database => database.Servers.Fence)]);
        foreach (var fence in _fences)
        {
            fence.Advanced += EndAll;
        }
    }

    /// <inheritdoc/>
    public void OnAdded(IActivationWorkingSetMember member)
    {
        if (_fences.Count > 0 && member is IGrainContext activation)
        {
            _live.TryAdd(activation, true);
        }
    }

    /// <inheritdoc/>
    public void OnActive(IActivationWorkingSetMember member)
    {
        // It has been added.
    }

    /// <inheritdoc/>
    public void OnEvicted(IActivationWorkingSetMember member)
    {
        // It is idle, and still in memory.
    }

    /// <inheritdoc/>
    public void OnDeactivated(IActivationWorkingSetMember member)
    {
        if (member is IGrainContext activation)
        {
            _live.TryRemove(activation, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var fence in _fences)
        {
            fence.Advanced -= EndAll;
        }
    }

    private void EndAll()
    {
        var ended = 0;
        foreach (var (activation, _) in _live)
        {
            if (activation.GrainInstance is IRemembersTimeline)
            {
                // Not cancelled: what it has decided is settled first.
                activation.Deactivate(Promoted, CancellationToken.None);
                ended++;
            }
        }

        Ended(ended);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} activations are ended: they read the journal of the new primary when they are called again.")]
    private partial void Ended(int count);
}
