using System.Net;
using System.Threading.Channels;
using Granary.Operator.Rollout;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Granary.Operator;

/// <summary>
/// Brings the cluster of its namespace to what is wanted, one step at a time. A namespace has one <see cref="GranaryCluster"/>, so the
/// queue of work is one signal: however many events come meanwhile, the next look sees what they all made.
/// </summary>
internal sealed partial class ClusterController
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly ClusterApi _api;
    private readonly TimeSpan _resync;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Channel<bool> _work = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ResourceWatch<GranaryCluster> _clusters;
    private readonly ResourceWatch<V1Deployment> _deployments;
    private readonly ResourceWatch<V1Pod> _pods;

    // What was applied without being watched: by name, the digest. Forgotten at every resync, and with the process.
    private readonly Dictionary<string, string> _applied = [];
    private DateTime _resyncAt;

    public ClusterController(ClusterApi api, TimeSpan resync, TimeProvider clock, ILogger<ClusterController> logger)
    {
        (_api, _resync, _clock, _logger) = (api, resync, clock, logger);
        void Changed() => _work.Writer.TryWrite(true);
        _clusters = api.WatchClusters(Changed, logger);
        _deployments = api.WatchDeployments(Changed, logger);
        _pods = api.WatchPods(Changed, logger);
    }

    /// <summary>Works until it is cancelled, or one of its parts fails.</summary>
    public async Task RunAsync(CancellationToken cancellationToken) => await await Task.WhenAny(
        _clusters.RunAsync(cancellationToken), _deployments.RunAsync(cancellationToken), _pods.RunAsync(cancellationToken), WorkAsync(cancellationToken));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            TimeSpan wait;
            try
            {
                wait = await ReconcileAsync(cancellationToken);
                pause = FirstPause;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                // Every look reads again before it takes a step.
                if (fault is HttpOperationException { Response.StatusCode: HttpStatusCode.Conflict })
                {
                    Outdated(_logger);
                }
                else
                {
                    ReconcileFailed(_logger, fault);
                }

                await Task.Delay(pause, _clock, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                continue;
            }

            await WaitForWorkAsync(wait, cancellationToken);
        }
    }

    /// <summary>Returns at the next event, and after this time at the latest.</summary>
    private async Task WaitForWorkAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_work.Reader.WaitToReadAsync(end.Token).AsTask(), Task.Delay(wait, _clock, end.Token));
        await end.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _work.Reader.TryRead(out _);
    }

    /// <summary>Takes at most one step.</summary>
    /// <returns>After how long to look again if nothing happens.</returns>
    private async Task<TimeSpan> ReconcileAsync(CancellationToken cancellationToken)
    {
        // The API server's times have whole seconds.
        var now = _clock.GetUtcNow().UtcDateTime;
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        var isListed = _clusters.IsListed && _deployments.IsListed && _pods.IsListed;
        var cluster = _clusters.Items.SingleOrDefault(cluster => cluster.Name() == GranaryCluster.OnlyName && cluster.Metadata.DeletionTimestamp is null);
        if (!isListed || cluster is null)
        {
            _applied.Clear();
            return _resync;
        }

        var deployments = _deployments.Items;
        var plan = RolloutPlanner.Next(cluster, ClusterState.Of(deployments, _pods.Items), now);
        if (plan.Step is not null)
        {
            // What was watched may be old, and a step must not be taken on it. Nobody else changes a template, so what is read here can
            // become old only in ways that the step allows for.
            deployments = await _deployments.ListAsync(cancellationToken);
            plan = RolloutPlanner.Next(cluster, ClusterState.Of(deployments, await _pods.ListAsync(cancellationToken)), now);
        }

        if (!plan.IsInvalid)
        {
            await ApplyOthersAsync(cluster, now, cancellationToken);
        }

        if (plan.Step is { } step)
        {
            // The plan was made from this version of the deployment; the API server refuses it for another.
            step.Metadata.ResourceVersion = deployments.SingleOrDefault(deployment => deployment.Name() == step.Name())?.ResourceVersion();
            await _api.ApplyAsync(step, cancellationToken);
            StepTaken(_logger, step.Name(), ClusterObjects.VersionOf(step.Spec.Template.Spec), step.Spec.Replicas);
        }

        if (cluster.Status is null || KubernetesJson.Serialize(cluster.Status) != KubernetesJson.Serialize(plan.Status))
        {
            await _api.WriteStatusAsync(cluster, plan.Status, cancellationToken);
        }

        return plan.LookAgainAt - now is { } wait && wait < _resync ? wait : _resync;
    }

    private async Task ApplyOthersAsync(GranaryCluster cluster, DateTime now, CancellationToken cancellationToken)
    {
        if (now >= _resyncAt)
        {
            _applied.Clear();
            _resyncAt = now + _resync;
        }

        foreach (var document in ClusterObjects.Others(cluster))
        {
            var (name, digest) = ($"{document.Kind}/{document.Name()}", document.Metadata.Annotations[ClusterObjects.DigestAnnotation]);
            if (_applied.GetValueOrDefault(name) != digest)
            {
                await _api.ApplyAsync(document, cancellationToken);
                _applied[name] = digest;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Deployment}: version {Version}, replicas {Replicas}.")]
    private static partial void StepTaken(ILogger logger, string deployment, string version, int? replicas);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A step failed; it is tried again.")]
    private static partial void ReconcileFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Another writer came first; the step is planned again.")]
    private static partial void Outdated(ILogger logger);
}
