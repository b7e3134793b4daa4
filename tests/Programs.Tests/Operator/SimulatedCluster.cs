using Granary.Operator;
using Granary.Operator.Rollout;
using k8s;
using k8s.Models;

namespace Granary.Programs.Tests.Operator;

/// <summary>
/// A cluster without processes and without an API, in which every single thing happens when a test says so. Between the operator's look
/// and its step anything may happen. It has no memory: each plan is that of an operator that has just started.
/// </summary>
internal sealed class SimulatedCluster
{
    private readonly Dictionary<string, V1Deployment> _deployments = [];
    private readonly HashSet<string> _broken = [];
    private readonly List<V1Pod> _pods = [];
    private V1Deployment? _step;
    private int _names;
    private int _version;

    public SimulatedCluster(GranaryClusterSpec spec) => Wanted = new()
    {
        Metadata = new() { Name = GranaryCluster.OnlyName, NamespaceProperty = "shop", Uid = "1", Generation = 1 },
        Spec = spec,
    };

    public GranaryCluster Wanted { get; }

    public DateTime Now { get; private set; } = new(2026, 11, 29, 8, 0, 0, DateTimeKind.Utc);

    public V1Deployment? Silos => _deployments.GetValueOrDefault(ClusterObjects.SiloName);

    public V1Deployment? FrontEnds => _deployments.GetValueOrDefault(ClusterObjects.FrontEndName);

    public IReadOnlyList<V1Pod> SiloPods => PodsOf(ClusterObjects.SiloName);

    public IReadOnlyList<V1Pod> FrontEndPods => PodsOf(ClusterObjects.FrontEndName);

    public IReadOnlyList<V1Pod> Pods => _pods;

    /// <summary>Pods of this version never become ready.</summary>
    public void Break(string version) => _broken.Add(version);

    public void Want(Func<GranaryClusterSpec, GranaryClusterSpec> change)
    {
        Wanted.Spec = change(Wanted.Spec);
        Wanted.Metadata.Generation++;
    }

    public void Pass(TimeSpan time) => Now += time;

    /// <summary>The operator looks, and takes its step at once.</summary>
    public Plan Plan()
    {
        var plan = Look();
        Take();
        return plan;
    }

    /// <summary>The operator reads everything and plans.</summary>
    public Plan Look()
    {
        var plan = RolloutPlanner.Next(Wanted, ClusterState.Of(_deployments.Values, _pods), Now);
        Wanted.Status = plan.Status;
        _step = plan.Step;
        if (_step is not null)
        {
            _step.Metadata.ResourceVersion = _deployments.GetValueOrDefault(_step.Name())?.ResourceVersion();
        }

        return plan;
    }

    /// <summary>The step of the last look reaches the API server, which refuses it if the deployment has changed since.</summary>
    public void Take()
    {
        if (_step is { } step && step.ResourceVersion() == _deployments.GetValueOrDefault(step.Name())?.ResourceVersion())
        {
            Apply(step);
        }

        _step = null;
    }

    /// <summary>The controllers of Kubernetes look at both deployments.</summary>
    public void Control()
    {
        foreach (var deployment in _deployments.Values)
        {
            // The autoscaler.
            if (deployment.Name() == ClusterObjects.FrontEndName && deployment.Spec.Replicas != Wanted.Spec.FrontEndReplicas)
            {
                deployment.Spec.Replicas = Wanted.Spec.FrontEndReplicas;
                deployment.Metadata.Generation++;
            }

            var (create, delete, _) = DeploymentRules.Sync(deployment, PodsOf(deployment.Name()), DeploymentRules.IsReady);
            foreach (var pod in delete)
            {
                pod.Metadata.DeletionTimestamp = Now;
            }

            for (; create > 0; create--)
            {
                _pods.Add(DeploymentRules.NewPod(deployment, $"{deployment.Name()}-{++_names}", Now));
            }

            deployment.Status = DeploymentRules.Sync(deployment, PodsOf(deployment.Name()), DeploymentRules.IsReady).Status;
            Touch(deployment);
        }
    }

    /// <summary>One pod goes on: it becomes ready, or it has drained and is gone.</summary>
    public void Advance(int number)
    {
        if (_pods.Count == 0)
        {
            return;
        }

        var pod = _pods[number % _pods.Count];
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            _pods.Remove(pod);
        }
        else if (!_broken.Contains(ClusterObjects.VersionOf(pod.Spec)))
        {
            DeploymentRules.SetReady(pod, true, Now);
        }
    }

    /// <summary>A deployment of somebody else in the namespace, whose pods run when the controllers have looked at it.</summary>
    public void Add(V1Deployment deployment) => _deployments.Add(deployment.Name(), deployment);

    /// <summary>A pod that was ready no longer is.</summary>
    public void Fail(V1Pod pod) => DeploymentRules.SetReady(pod, false, Now);

    /// <summary>Everything goes on until the operator has nothing left to do, or is halted.</summary>
    public Plan Settle(Action? afterEach = null)
    {
        Control();
        var atRest = 0;
        for (var round = 0; round < 200; round++)
        {
            var plan = Plan();
            Control();
            afterEach?.Invoke();
            foreach (var number in Enumerable.Range(0, _pods.Count).Reverse().ToList())
            {
                Advance(number);
                afterEach?.Invoke();
            }

            Control();
            afterEach?.Invoke();
            atRest = plan.Step is null && !plan.Status.Is(ClusterCondition.Progressing) ? atRest + 1 : 0;

            // The second time, nothing that was late has become ready since the first.
            if (atRest == 2)
            {
                return plan;
            }

            Pass(TimeSpan.FromSeconds(60));
        }

        throw new InvalidOperationException($"The cluster does not come to rest: {KubernetesJson.Serialize(Wanted.Status)}");
    }

    private void Apply(V1Deployment step)
    {
        var applied = Copy(step);
        var before = _deployments.GetValueOrDefault(step.Name());
        applied.Status = before?.Status;
        applied.Spec.Replicas ??= before?.Spec.Replicas ?? 1;
        applied.Metadata.Uid = before?.Uid() ?? step.Name();
        applied.Metadata.Generation = (before?.Metadata.Generation ?? 0) + 1;
        Touch(applied);
        _deployments[step.Name()] = applied;
    }

    private void Touch(V1Deployment deployment) => deployment.Metadata.ResourceVersion = $"{++_version}";

    private List<V1Pod> PodsOf(string name) => [.. _pods.Where(pod => pod.Metadata.Labels["app.kubernetes.io/name"] == name)];

    private static T Copy<T>(T value) => KubernetesJson.Deserialize<T>(KubernetesJson.Serialize(value));
}
