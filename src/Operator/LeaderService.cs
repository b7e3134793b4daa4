using k8s;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;
using Microsoft.Extensions.Options;

namespace Granary.Operator;

/// <summary>
/// Works while it holds the lease. A process that has lost it ends, and Kubernetes starts it again: nothing that it had begun goes on. One that
/// has not led yet tries again while the API server is away: Kubernetes would start it after longer and longer pauses.
/// </summary>
internal sealed partial class LeaderService(
    IKubernetes client, ClusterController controller, IOptions<OperatorOptions> options, IHostApplicationLifetime lifetime, ILogger<LeaderService> logger)
    : BackgroundService
{
    public const string LeaseName = "granary-operator";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lease = options.Value.LeaseDuration;
        using var elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(client, options.Value.Namespace, LeaseName, options.Value.Identity))
        {
            LeaseDuration = lease,
            RenewDeadline = lease * 2 / 3,
            RetryPeriod = lease / 6,
        });
        elector.OnError += fault => ElectionFailed(logger, fault);
        elector.OnNewLeader += leader => Leads(logger, leader);
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var working = Task.CompletedTask;
        var hasLed = false;
        elector.OnStartedLeading += () => (hasLed, working) = (true, WorkAsync(work.Token));
        try
        {
            while (!hasLed)
            {
                try
                {
                    await elector.RunUntilLeadershipLostAsync(stoppingToken);
                    LeaseLost(logger);
                }
                catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
                {
                    ElectionFailed(logger, fault);
                    if (!hasLed)
                    {
                        await Task.Delay(lease / 6, stoppingToken);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            if (!stoppingToken.IsCancellationRequested)
            {
                Environment.ExitCode = 1;
            }

            await work.CancelAsync();
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lifetime.StopApplication();
        }
    }

    /// <summary>A leader that does not work must not stay leader.</summary>
    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await controller.RunAsync(cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            WorkFailed(logger, fault);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The work has ended; this process ends.")]
    private static partial void WorkFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Leader} leads.")]
    private static partial void Leads(ILogger logger, string leader);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease could not be read or renewed.")]
    private static partial void ElectionFailed(ILogger logger, Exception? fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The lease was lost; this process ends.")]
    private static partial void LeaseLost(ILogger logger);
}
