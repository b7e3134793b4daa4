using System.Text.Json.Nodes;
using Granary.Operator;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Programs.Tests.Operator;

/// <summary>An API server with controllers and a kubelet without processes, and operators that work on them.</summary>
internal sealed class OperatedCluster : IAsyncDisposable
{
    private readonly Dictionary<string, IHost> _operators = [];
    private readonly Controllers _controllers;
    private string? _tooLate;

    private OperatedCluster(ApiServer api)
    {
        Api = api;
        _controllers = new(api.Store, Kubelet) { Looked = Check };
    }

    public ApiServer Api { get; }

    public ObjectStore Store => Api.Store;

    public QuickKubelet Kubelet { get; } = new();

    public GranaryCluster? Cluster => Store.Find<GranaryCluster>(GranaryCluster.Plural, GranaryCluster.OnlyName);

    public IReadOnlyList<V1Pod> Pods => Store.List<V1Pod>("pods");

    /// <summary>How many times a deployment was applied.</summary>
    public int Steps => Api.Calls.Count(call => call is { Verb: "patch", Resource: "deployments" });

    public static async Task<OperatedCluster> StartAsync(JsonObject spec)
    {
        var cluster = new OperatedCluster(await ApiServer.StartAsync());
        cluster.Store.Create(GranaryCluster.Plural, new()
        {
            ["apiVersion"] = $"{GranaryCluster.Api}/{GranaryCluster.Version}",
            ["kind"] = GranaryCluster.KindName,
            ["metadata"] = new JsonObject { ["name"] = GranaryCluster.OnlyName, ["namespace"] = ApiServer.Space },
            ["spec"] = spec,
        });
        return cluster;
    }

    /// <summary>Starts an operator. One with the name of one that has died need not wait until its lease has run out.</summary>
    public async Task StartOperatorAsync(string identity = "one", string resync = "00:05:00")
    {
        var host = OperatorProgram.Build(
            ["--Operator:Namespace", ApiServer.Space, "--Operator:Identity", identity, "--Operator:LeaseDuration", "00:00:15", "--Operator:Resync", resync, "--Logging:LogLevel:Default", "Error"],
            new KubernetesClientConfiguration { Host = Api.Address });
        _operators[identity] = host;
        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Whether an operator has ended of itself.</summary>
    public bool HasEnded(string identity = "one") =>
        _operators[identity].Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;

    public async Task StopOperatorAsync(string identity = "one")
    {
        var host = _operators[identity];
        _operators.Remove(identity);
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }

    /// <summary>As <c>kubectl edit</c> does.</summary>
    public void Want(Func<GranaryClusterSpec, GranaryClusterSpec> change) =>
        Store.Change<GranaryCluster>(GranaryCluster.Plural, GranaryCluster.OnlyName, cluster => cluster.Spec = change(cluster.Spec));

    /// <summary>Returns when everything is as wanted.</summary>
    public async Task SettlesAsync()
    {
        await HoldsAsync(
            () => Cluster is { Status: { } status } cluster && status.ObservedGeneration == cluster.Metadata.Generation && status.Is(ClusterCondition.Ready)
                && !status.Is(ClusterCondition.Progressing) && !status.Is(ClusterCondition.Degraded) && status.Version == cluster.Spec.Version,
            "everything is as wanted");
        Assert.Null(_tooLate);
    }

    public async Task HoldsAsync(Func<bool> condition, string what)
    {
        try
        {
            await Eventually.HoldsAsync(condition, what, cancellation: TestContext.Current.CancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{what}: {Store.Find(GranaryCluster.Plural, GranaryCluster.OnlyName)}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var identity in _operators.Keys.ToList())
        {
            await StopOperatorAsync(identity);
        }

        await _controllers.DisposeAsync();
        await Api.DisposeAsync();
    }

    /// <summary>At no moment a front end is later than a silo.</summary>
    private void Check(IReadOnlyList<V1Pod> pods)
    {
        var byName = pods.ToLookup(pod => pod.Metadata.Labels["app.kubernetes.io/name"], pod => ClusterObjects.VersionOf(pod.Spec));
        if (byName[ClusterObjects.SiloName].Min(StringComparer.Ordinal) is { } silo && byName[ClusterObjects.FrontEndName].Max(StringComparer.Ordinal) is { } frontEnd
            && string.CompareOrdinal(frontEnd, silo) > 0)
        {
            _tooLate = $"front end {frontEnd} beside silo {silo}";
        }
    }
}
