using Granary.Grains.Interfaces;
using Orleans.Storage;

namespace Granary.Grains.EventSourcing;

/// <summary>
/// Keeps snapshots in Orleans grain storage. A snapshot only shortens recovery: if one is lost or a write fails, recovery reads a
/// longer tail, so faults are logged and not passed on.
/// </summary>
public sealed class SnapshotStore(IServiceProvider services, ILogger<SnapshotStore> logger)
{
    /// <summary>The name of the grain storage that the silo must provide.</summary>
    public const string StorageName = "snapshots";

    private readonly IGrainStorage _storage = services.GetRequiredKeyedService<IGrainStorage>(StorageName);

    /// <summary>Reads the snapshot of a grain; its state is null if there is none.</summary>
    /// <param name="name">The state's name, which contains the version of its shape: a new shape reads no old snapshot.</param>
    public async Task<IGrainState<Snapshot<TState>>> ReadAsync<TState>(string name, GrainId grain)
        where TState : class
    {
        var entry = new GrainState<Snapshot<TState>>(new Snapshot<TState>());
        try
        {
            await _storage.ReadStateAsync(name, grain, entry);
            entry.State ??= new Snapshot<TState>();
        }
        catch (Exception fault) when (fault is not JournalException)
        {
            logger.LogWarning(fault, "The snapshot of {Grain} cannot be read; the grain reads its whole stream.", grain);
            entry = new GrainState<Snapshot<TState>>(new Snapshot<TState>());
        }

        return entry;
    }

    /// <summary>Writes a snapshot over the one read into <paramref name="entry"/>.</summary>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> WriteAsync<TState>(string name, GrainId grain, IGrainState<Snapshot<TState>> entry)
        where TState : class
    {
        try
        {
            await _storage.WriteStateAsync(name, grain, entry);
            return true;
        }
        catch (Exception fault)
        {
            logger.LogWarning(fault, "The snapshot of {Grain} at version {Version} could not be written.", grain, entry.State?.Version);
            return false;
        }
    }
}
