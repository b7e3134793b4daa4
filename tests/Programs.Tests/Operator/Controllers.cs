using k8s.Models;

namespace Granary.Programs.Tests.Operator;

/// <summary>Runs the pods that the API server knows, and tells it how they are.</summary>
internal interface IKubelet
{
    /// <summary>Looks after the pods once.</summary>
    Task LookAsync(ObjectStore store);
}

/// <summary>The controllers of Kubernetes that a cluster needs: of deployments, of the autoscaler (which never sees any load), and a kubelet.</summary>
internal sealed class Controllers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ObjectStore _store;
    private readonly IKubelet _kubelet;
    private readonly bool _keepsMinReady;
    private readonly Task _work;
    private int _names;

    /// <param name="keepsMinReady">Whether a pod is available only after <c>minReadySeconds</c>, or at once.</param>
    public Controllers(ObjectStore store, IKubelet kubelet, bool keepsMinReady = false)
    {
        (_store, _kubelet, _keepsMinReady) = (store, kubelet, keepsMinReady);
        _work = Task.Run(WorkAsync);
    }

    /// <summary>After every change: the pods as they are then.</summary>
    public Action<IReadOnlyList<V1Pod>> Looked { get; set; } = _ => { };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        if (_work.IsFaulted)
        {
            await _work;
        }
    }

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var next = _store.NextChange;
            _store.Collect();
            Scale();
            foreach (var deployment in _store.List<V1Deployment>("deployments"))
            {
                Control(deployment);
            }

            await _kubelet.LookAsync(_store);
            Looked(_store.List<V1Pod>("pods"));

            // Time alone makes pods available, and processes ready.
            await Task.WhenAny(next, Task.Delay(200, _stop.Token));
        }
    }

    private void Scale()
    {
        foreach (var scaler in _store.List<V2HorizontalPodAutoscaler>("horizontalpodautoscalers"))
        {
            _store.Change<V1Deployment>("deployments", scaler.Spec.ScaleTargetRef.Name, deployment =>
                deployment.Spec.Replicas = Math.Clamp(deployment.Spec.Replicas ?? 1, scaler.Spec.MinReplicas ?? 1, scaler.Spec.MaxReplicas));
        }
    }

    private void Control(V1Deployment deployment)
    {
        bool IsAvailable(V1Pod pod) => DeploymentRules.IsReady(pod) && (!_keepsMinReady
            || pod.Status.Conditions[0].LastTransitionTime + TimeSpan.FromSeconds(deployment.Spec.MinReadySeconds ?? 0) <= DateTime.UtcNow);
        IEnumerable<V1Pod> Pods() => _store.List<V1Pod>("pods").Where(pod => deployment.Spec.Selector.MatchLabels.All(label => pod.Metadata.Labels[label.Key] == label.Value));

        var (create, delete, _) = DeploymentRules.Sync(deployment, Pods(), IsAvailable);
        foreach (var pod in delete)
        {
            _store.Change<V1Pod>("pods", pod.Name(), gone => gone.Metadata.DeletionTimestamp ??= DateTime.UtcNow);
        }

        for (; create > 0; create--)
        {
            var pod = DeploymentRules.NewPod(deployment, $"{deployment.Name()}-{++_names}", DateTime.UtcNow);
            _store.Create("pods", System.Text.Json.Nodes.JsonNode.Parse(k8s.KubernetesJson.Serialize(pod))!.AsObject());
        }

        var status = DeploymentRules.Sync(deployment, Pods(), IsAvailable).Status;
        _store.Change<V1Deployment>("deployments", deployment.Name(), changed => changed.Status = status);
    }
}

/// <summary>A kubelet without processes: a pod is ready at once unless its version is broken, and gone as soon as it was told to end.</summary>
internal sealed class QuickKubelet : IKubelet
{
    /// <summary>Pods of this version never become ready.</summary>
    public string? Broken { get; set; }

    public Task LookAsync(ObjectStore store)
    {
        // One pod at a time, so that the operator has something to wait for.
        foreach (var pod in store.List<V1Pod>("pods"))
        {
            if (pod.Metadata.DeletionTimestamp is not null)
            {
                store.Delete("pods", pod.Name());
                break;
            }

            if (!DeploymentRules.IsReady(pod) && Granary.Operator.ClusterObjects.VersionOf(pod.Spec) != Broken)
            {
                store.Change<V1Pod>("pods", pod.Name(), ready => DeploymentRules.SetReady(ready, true, DateTime.UtcNow));
                break;
            }
        }

        return Task.CompletedTask;
    }
}
