using Granary.Hosting.Listening;
using Granary.Hosting.Settings;

namespace Granary.Hosting.Clustering;

/// <summary>Access of a command to the grains of the running product.</summary>
public sealed class RunningCluster : IAsyncDisposable
{
    /// <summary>A silo that does not answer within this time counts as absent.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IHost _client;

    private RunningCluster(IHost client) => _client = client;

    /// <summary>The factory for calls of its grains.</summary>
    public IGrainFactory Grains => _client.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Connects to the product that runs with these settings.</summary>
    /// <exception cref="InvalidConfigurationException">The product that runs with these settings has no socket for commands.</exception>
    /// <exception cref="ClusterNotRunningException">No silo answers.</exception>
    public static async Task<RunningCluster> ConnectAsync(SettingsReader settings, CancellationToken cancellationToken)
    {
        var options = PlatformSettings.From(settings);
        IHost? host = null;
        try
        {
            if (options.Clustering == ClusteringKind.Localhost)
            {
                // Orleans' client keeps retrying even if no process listens.
                using var probe = await CommandSocket.ConnectAsync(options, cancellationToken);
            }

            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddClusterCertificates(options.Tls);
            builder.UseOrleansClient(client => client.ConnectOnce(options));
            host = builder.Build();
            await host.StartAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            return new RunningCluster(host);
        }
        catch (Exception fault) when (fault is not InvalidConfigurationException && !cancellationToken.IsCancellationRequested)
        {
            // Sockets, Redis and Orleans each throw different exceptions here.
            host?.Dispose();
            var where = options.Clustering == ClusteringKind.Localhost ? $"at {CommandSocket.PathIn(options)}" : "of the cluster in Redis";
            throw new ClusterNotRunningException($"No silo answers {where}: start the product first. ({fault.Message})", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        _client.Dispose();
    }
}

/// <summary>A command needs the running product, but it is not running.</summary>
public sealed class ClusterNotRunningException(string message, Exception inner) : Exception(message, inner);
