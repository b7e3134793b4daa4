using System.Collections.Concurrent;
using Granary.Operator;
using k8s.Models;

namespace Granary.Programs.Tests.Operator;

/// <summary>
/// Runs pods as processes of the product on this machine. In Kubernetes each pod has a network of its own; here all share one, so a pod
/// gets free ports instead of those of the manifests.
/// </summary>
internal sealed class ProcessKubelet(IReadOnlyDictionary<string, string> secret) : IKubelet, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ProgramProcess> _running = new();
    private readonly ConcurrentDictionary<string, Task> _ending = new();
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Every pod that was started: its name, its version and the id of its process.</summary>
    public ConcurrentQueue<(string Pod, string Version, int ProcessId)> Started { get; } = new();

    /// <summary>The addresses of front ends that are ready and were not told to end, as a service has them.</summary>
    public IReadOnlyList<Uri> Endpoints { get; private set; } = [];

    public string Output => string.Join("\n\n", _running.Select(pod => $"{pod.Key}:\n{pod.Value.Output}"));

    public async Task LookAsync(ObjectStore store)
    {
        var pods = store.List<V1Pod>("pods");
        foreach (var pod in pods)
        {
            var name = pod.Name();
            if (pod.Metadata.DeletionTimestamp is not null)
            {
                _ = _ending.GetOrAdd(name, _ => EndAsync(store, pod));
            }
            else if (_running.TryGetValue(name, out var running))
            {
                var isReady = await IsReadyAsync(running, pod.Spec.Containers[0].ReadinessProbe.HttpGet.Path);
                store.Change<V1Pod>("pods", name, changed => DeploymentRules.SetReady(changed, isReady, DateTime.UtcNow));
            }
            else
            {
                var process = ProcessOf(pod, store);
                process.Start();
                _running[name] = process;
                Started.Enqueue((name, ClusterObjects.VersionOf(pod.Spec), process.ProcessId));
            }
        }

        var selector = store.Find<V1Service>("services", "granary")?.Spec.Selector;
        Endpoints = [.. store.List<V1Pod>("pods")
            .Where(pod => selector?.All(label => pod.Metadata.Labels[label.Key] == label.Value) is true && pod.Metadata.DeletionTimestamp is null && DeploymentRules.IsReady(pod))
            .Select(pod => _running[pod.Name()].Address)];
        await Task.WhenAll(_ending.Values.Where(end => end.IsFaulted));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running.Values.Select(process => process.DisposeAsync().AsTask()));
        await Task.WhenAll(_ending.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _probe.Dispose();
    }

    private async Task<bool> IsReadyAsync(ProgramProcess process, string path)
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri(process.Address, path));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return process.HasExited ? throw new InvalidOperationException($"A pod ended by itself:\n{process.Output}", fault) : false;
        }
    }

    private async Task EndAsync(ObjectStore store, V1Pod pod)
    {
        // The hook before the stop, the stop signal, and the end of the program.
        await Task.Delay(TimeSpan.FromSeconds(pod.Spec.Containers[0].Lifecycle?.PreStop?.Sleep?.Seconds ?? 0));
        if (_running.TryGetValue(pod.Name(), out var process))
        {
            await process.StopAsync();
        }

        store.Delete("pods", pod.Name());
    }

    private ProgramProcess ProcessOf(V1Pod pod, ObjectStore store)
    {
        var container = pod.Spec.Containers[0];
        var environment = container.EnvFrom.SelectMany(source => store.Find<V1ConfigMap>("configmaps", source.ConfigMapRef.Name)!.Data).ToDictionary();
        foreach (var variable in container.Env)
        {
            environment[variable.Name] = variable.Value ?? (variable.ValueFrom.FieldRef is { FieldPath: "status.podIP" } ? "127.0.0.1" : secret[variable.ValueFrom.SecretKeyRef.Key]);
        }

        foreach (var port in (string[])["ASPNETCORE_HTTP_PORTS", "Granary__Health__Port", "Granary__Telemetry__MetricsPort"])
        {
            environment.Remove(port);
        }

        var isSilo = pod.Metadata.Labels["app.kubernetes.io/name"] == ClusterObjects.SiloName;
        if (isSilo)
        {
            (environment["Granary__Silo__Port"], environment["Granary__Silo__GatewayPort"]) = ($"{ProgramProcess.FreePort()}", "0");
        }

        return new(isSilo ? "Granary.Silo.dll" : "Granary.Api.dll", environment);
    }
}
