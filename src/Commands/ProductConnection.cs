using Granary.Hosting.Clustering;
using Granary.Hosting.Settings;

namespace Granary.Commands;

/// <summary>A connection to the running product as a client of its silos, made when a command first needs it.</summary>
internal sealed class ProductConnection(SettingsReader settings) : IAsyncDisposable
{
    private RunningCluster? _cluster;

    /// <summary>The product's grains.</summary>
    /// <exception cref="ClusterNotRunningException">No silo answers.</exception>
    public async Task<IGrainFactory> GrainsAsync() =>
        (_cluster ??= await RunningCluster.ConnectAsync(settings, CancellationToken.None)).Grains;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
