using System.Diagnostics;
using System.Text.Json.Nodes;
using Granary.Operator;
using k8s;
using k8s.Models;

namespace Granary.Programs.Tests.Operator;

/// <summary>The operator against an API server over HTTP, with pods that are no processes.</summary>
public sealed class OperatorTests
{
    [Fact]
    public async Task It_creates_what_a_cluster_consists_of_and_all_of_it_ends_with_the_cluster()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        await cluster.StartOperatorAsync();
        await cluster.SettlesAsync();

        var wanted = ClusterObjects.Others(cluster.Cluster!).Append(ClusterObjects.Silos(cluster.Cluster!, 3)).Append(ClusterObjects.FrontEnds(cluster.Cluster!)).ToList();
        foreach (var document in wanted)
        {
            var there = cluster.Store.Find($"{document.Kind.ToLowerInvariant()}s".Replace("policys", "policies", StringComparison.Ordinal), document.Name());
            var owner = there!["metadata"]!["ownerReferences"]![0]!;
            Assert.Equal((cluster.Cluster!.Uid(), true), ((string?)owner["uid"], (bool?)owner["controller"]));
        }

        Assert.Equal((3, 2), (cluster.Cluster!.Status!.ReadySilos, cluster.Cluster.Status.ReadyFrontEnds));
        AssertRightsAreThoseUsed(cluster.Api.Calls);

        cluster.Store.Delete(GranaryCluster.Plural, GranaryCluster.OnlyName);
        await cluster.HoldsAsync(
            () => cluster.Pods.Count == 0 && wanted.All(document => cluster.Store.List($"{document.Kind.ToLowerInvariant()}s".Replace("policys", "policies", StringComparison.Ordinal)).Items.Count == 0),
            "nothing is left");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_gets_through_an_update_with_conflicts_and_watches_that_are_late_repeated_and_forgotten(bool refusesOldWatches)
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        (cluster.Api.TellsTwice, cluster.Api.Delay, cluster.Api.RefusesOldWatches) = (true, TimeSpan.FromMilliseconds(50), refusesOldWatches);
        await cluster.StartOperatorAsync();
        await cluster.SettlesAsync();

        cluster.Api.RefuseApplies(3);
        cluster.Store.Forget();
        cluster.Want(spec => spec with { Version = "0.3.0", Replicas = 2 });
        await cluster.HoldsAsync(() => cluster.Pods.Any(pod => ClusterObjects.VersionOf(pod.Spec) == "0.3.0"), "the update has begun");
        cluster.Store.Forget();
        await cluster.SettlesAsync();

        Assert.All(cluster.Pods, pod => Assert.Equal("0.3.0", ClusterObjects.VersionOf(pod.Spec)));
        Assert.Equal(2, cluster.Cluster!.Status!.ReadySilos);
    }

    [Fact]
    public async Task A_list_that_comes_late_takes_nothing_back_that_a_watch_has_told_meanwhile()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        cluster.Api.ListDelay = TimeSpan.FromMilliseconds(500);
        await cluster.StartOperatorAsync();
        await cluster.SettlesAsync();
        cluster.Want(spec => spec with { Version = "0.3.0", Replicas = 2 });
        await cluster.SettlesAsync();
    }

    [Fact]
    public async Task An_operator_that_dies_after_every_step_still_gets_there()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        await cluster.StartOperatorAsync();
        await cluster.SettlesAsync();
        cluster.Want(spec => spec with { Version = "0.3.0", Replicas = 5 });

        // Silos, front ends, two silos more. What is answered 409 or comes too late is a step as well.
        for (var death = 0; death < 4; death++)
        {
            var steps = cluster.Steps;
            await cluster.HoldsAsync(() => cluster.Steps > steps || cluster.Cluster!.Spec.Replicas == cluster.Cluster.Status!.ReadySilos, "a step is taken");
            await cluster.StopOperatorAsync();
            await cluster.StartOperatorAsync();
        }

        await cluster.SettlesAsync();
        Assert.Equal(5, cluster.Cluster!.Status!.ReadySilos);
    }

    [Fact]
    public async Task A_second_operator_does_nothing_until_the_first_is_gone()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        await cluster.StartOperatorAsync("one");
        await cluster.SettlesAsync();
        await cluster.StartOperatorAsync("two");
        cluster.Want(spec => spec with { Replicas = 2 });
        await cluster.SettlesAsync();
        Assert.Equal("one", Leader(cluster));

        await cluster.StopOperatorAsync("one");
        cluster.Want(spec => spec with { Replicas = 3 });
        Assert.Equal("one", Leader(cluster));
        await cluster.SettlesAsync();
        Assert.Equal("two", Leader(cluster));
    }

    [Fact]
    public async Task An_operator_that_has_lost_its_lease_ends_and_takes_no_further_step()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        await cluster.StartOperatorAsync("one");
        await cluster.SettlesAsync();

        cluster.Store.Change<V1Lease>("leases", "granary-operator", lease => lease.Spec.HolderIdentity = "two");
        await cluster.HoldsAsync(() => cluster.HasEnded("one"), "the operator ends");
        await cluster.StopOperatorAsync("one");
        var steps = cluster.Steps;
        cluster.Want(spec => spec with { Version = "0.3.0" });
        Assert.Equal(("two", steps), (Leader(cluster), cluster.Steps));

        await cluster.StartOperatorAsync("two");
        await cluster.SettlesAsync();
    }

    [Fact]
    public async Task While_the_API_server_is_away_for_longer_than_the_lease_the_leader_ends_and_its_successor_waits()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        await cluster.StartOperatorAsync();
        await cluster.SettlesAsync();

        cluster.Api.IsAway = true;
        await cluster.HoldsAsync(() => cluster.HasEnded(), "the leader ends");
        await cluster.StopOperatorAsync();

        // As the kubelet does: under the same name.
        await cluster.StartOperatorAsync();
        var tries = cluster.Api.Refused;
        await cluster.HoldsAsync(() => cluster.HasEnded() || cluster.Api.Refused > tries + 3, "it tries again and again");
        Assert.False(cluster.HasEnded());

        cluster.Want(spec => spec with { Version = "0.3.0" });
        cluster.Api.IsAway = false;
        await cluster.SettlesAsync();
    }

    [Fact]
    public async Task Watches_that_end_at_once_are_begun_again_after_a_pause()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        cluster.Api.EndsWatches = true;
        var watched = Stopwatch.StartNew();
        await cluster.StartOperatorAsync(resync: "00:00:01");
        await cluster.SettlesAsync();
        await cluster.HoldsAsync(() => Watches() > 6, "watches begin again");

        // Three kinds, a second each.
        var most = 3 * (watched.Elapsed.TotalSeconds + 1);
        Assert.InRange(Watches(), 6, most + 3);

        int Watches() => cluster.Api.Calls.Count(call => call.Verb == "watch");
    }

    [Fact]
    public async Task A_release_that_does_not_become_ready_is_degraded_and_can_be_taken_back()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        cluster.Kubelet.Broken = "0.3.0";
        await cluster.StartOperatorAsync();
        await cluster.SettlesAsync();
        cluster.Want(spec => spec with { Version = "0.3.0", UpdateStrategy = spec.UpdateStrategy with { ReadyDeadlineSeconds = 2 } });

        await cluster.HoldsAsync(() => cluster.Cluster!.Status!.Is(ClusterCondition.Degraded), "the cluster is degraded");
        var status = cluster.Cluster!.Status!;
        Assert.Equal(("0.2.0", 3, 2, true), (status.Version, status.ReadySilos, status.ReadyFrontEnds, status.Is(ClusterCondition.Ready)));
        Assert.All(cluster.Pods, pod => Assert.True(DeploymentRules.IsReady(pod) || ClusterObjects.VersionOf(pod.Spec) == "0.3.0"));

        cluster.Want(spec => spec with { Version = "0.2.0" });
        await cluster.SettlesAsync();
        Assert.All(cluster.Pods, pod => Assert.Equal("0.2.0", ClusterObjects.VersionOf(pod.Spec)));
    }

    [Fact]
    public async Task What_others_change_or_take_away_is_set_back_and_a_setting_no_longer_wanted_goes()
    {
        await using var cluster = await OperatedCluster.StartAsync(Spec());
        await cluster.StartOperatorAsync(resync: "00:00:02");
        await cluster.SettlesAsync();

        cluster.Store.Change<V1Deployment>("deployments", ClusterObjects.SiloName, silos => silos.Spec.Template.Spec.Containers[0].Image = "granary-silo:latest");
        cluster.Store.Change<V1ConfigMap>("configmaps", "granary-settings", settings => settings.Data["Granary__Currency"] = "EUR");
        cluster.Store.Delete("services", "granary");
        await cluster.HoldsAsync(
            () => cluster.Store.Find("services", "granary") is not null
                && cluster.Store.Find<V1ConfigMap>("configmaps", "granary-settings")!.Data["Granary__Currency"] == "USD"
                && ClusterObjects.VersionOf(cluster.Store.Find<V1Deployment>("deployments", ClusterObjects.SiloName)!.Spec.Template.Spec) == "0.2.0",
            "everything is set back");

        cluster.Want(spec => spec with { Settings = new Dictionary<string, string>() });
        await cluster.SettlesAsync();
        Assert.DoesNotContain("Granary__Currency", cluster.Store.Find<V1ConfigMap>("configmaps", "granary-settings")!.Data.Keys);
    }

    private static JsonObject Spec() => new()
    {
        ["version"] = "0.2.0",
        ["settings"] = new JsonObject { ["Granary__Currency"] = "USD" },
    };

    private static string? Leader(OperatedCluster cluster) => cluster.Store.Find<V1Lease>("leases", "granary-operator")?.Spec.HolderIdentity;

    /// <summary>Compares the calls of a whole life of an operator with the role of the manifests, in both directions.</summary>
    private static void AssertRightsAreThoseUsed(IEnumerable<ApiCall> calls)
    {
        var role = KubernetesYaml.LoadAllFromString(Repository.Read("k8s/operator/rbac.yaml"), null, strict: true).OfType<V1Role>().Single();
        var rights = role.Rules.SelectMany(rule => rule.ApiGroups.SelectMany(group => rule.Resources.SelectMany(resource => rule.Verbs.SelectMany(verb =>
            (rule.ResourceNames ?? [""]).Select(name => new ApiCall(verb, group, resource, name)))))).ToHashSet();

        // A right without a name is one for all names.
        var used = calls.Select(call => rights.Contains(call) ? call : call with { Name = "" }).ToHashSet();
        Assert.Empty(used.Except(rights));
        Assert.Empty(rights.Except(used));
    }
}
