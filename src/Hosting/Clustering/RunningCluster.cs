using System.Net;
using System.Net.Sockets;
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
    /// <exception cref="InvalidConfigurationException">The configuration does not say where a silo listens.</exception>
    /// <exception cref="ClusterNotRunningException">No silo answers.</exception>
    public static async Task<RunningCluster> ConnectAsync(SettingsReader settings, CancellationToken cancellationToken)
    {
        var options = PlatformSettings.From(settings);
        if (options is { Clustering: ClusteringKind.Localhost, GatewayPort: 0 })
        {
            throw new InvalidConfigurationException(SettingKeys.GatewayPort, "is 0: the running product took a free port, and a command cannot know which.");
        }

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client.ConnectOnce(options));
        var host = builder.Build();
        try
        {
            if (options.Clustering == ClusteringKind.Localhost)
            {
                // Orleans' client keeps retrying even if no process listens.
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, options.GatewayPort, cancellationToken);
            }

            await host.StartAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            return new RunningCluster(host);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // Sockets, Redis and Orleans each throw different exceptions here.
            host.Dispose();
            var where = options.Clustering == ClusteringKind.Localhost ? $"on port {options.GatewayPort} of this machine" : "of the cluster in Redis";
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
