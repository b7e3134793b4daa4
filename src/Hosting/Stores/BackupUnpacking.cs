using Granary.Hosting.Settings;

namespace Granary.Hosting.Stores;

/// <summary>
/// Takes the files out of a backup that an operator has put in the place of the journal's database. It starts after the process has its
/// data directory for itself and before anything opens these files.
/// </summary>
internal sealed class BackupUnpacking(PlatformSettings settings) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => EmbeddedBackup.Unpack(settings), cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
