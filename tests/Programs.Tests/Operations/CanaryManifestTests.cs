using Granary.Api;
using Granary.Operator;
using Granary.Operator.Rollout;
using k8s;
using k8s.Models;

namespace Granary.Programs.Tests.Operations;

/// <summary>The overlay of a canary: two deployments beside production, or beside a cluster of the operator.</summary>
public sealed class CanaryManifestTests
{
    private const string NameLabel = "app.kubernetes.io/name";
    private const string TrackLabel = "granary.dev/track";

    [Fact]
    public async Task A_canary_is_production_but_for_its_name_its_label_its_number_and_its_release()
    {
        var (production, canary) = (await Manifests.BuildAsync("production"), await Manifests.BuildAsync("canary"));

        Assert.Equal(["granary-front-end-canary", "granary-silo-canary"], canary.All.Cast<V1Deployment>().Select(deployment => deployment.Name()).Order());
        foreach (var (stable, tried) in Pairs(production, canary))
        {
            Assert.Equal(1, tried.Spec.Replicas);
            var (before, next) = (ClusterObjects.VersionOf(stable.Spec.Template.Spec), ClusterObjects.VersionOf(tried.Spec.Template.Spec));
            Assert.True(ReleaseVersion.TryParse(before, out var earlier) && ReleaseVersion.TryParse(next, out var later) && later > earlier);
            var image = Manifests.ContainerOf(tried);
            Assert.Equal(Manifests.ContainerOf(stable).Image.Replace(before, next, StringComparison.Ordinal), image.Image);
            foreach (var labels in (IDictionary<string, string>[])[tried.Metadata.Labels, tried.Spec.Template.Metadata.Labels, tried.Spec.Selector.MatchLabels])
            {
                Assert.Equal(tried.Name(), labels[NameLabel]);
                labels[NameLabel] = stable.Name();
            }

            Assert.Equal("canary", tried.Metadata.Labels[TrackLabel]);
            Assert.Equal("canary", tried.Spec.Template.Metadata.Labels[TrackLabel]);
            tried.Metadata.Labels.Remove(TrackLabel);
            tried.Spec.Template.Metadata.Labels.Remove(TrackLabel);
            (tried.Metadata.Name, tried.Spec.Replicas, image.Image) = (stable.Name(), stable.Spec.Replicas, Manifests.ContainerOf(stable).Image);
            Assert.Equal(KubernetesYaml.Serialize(stable), KubernetesYaml.Serialize(tried));
        }
    }

    [Fact]
    public async Task Service_budgets_and_policies_take_a_canary_in_and_no_other_deployment_does()
    {
        var (production, canary) = (await Manifests.BuildAsync("production"), await Manifests.BuildAsync("canary"));
        var cluster = new GranaryCluster { Metadata = new() { Name = GranaryCluster.OnlyName, NamespaceProperty = "shop", Uid = "1" }, Spec = new() { Version = "1.2.3" } };
        V1Deployment[] operated = [ClusterObjects.Silos(cluster, 3), ClusterObjects.FrontEnds(cluster)];
        foreach (var (documents, deployments) in new (IEnumerable<object>, V1Deployment[])[]
        {
            (production.All, [production.Silo, production.FrontEnd]),
            (ClusterObjects.Others(cluster).Concat(operated), operated),
        })
        {
            // A service, two budgets, the policies with their peers, and what keeps the pods of a deployment apart.
            var selectors = documents.SelectMany(SelectorsOf).ToList();
            Assert.True(selectors.Count >= 11);
            foreach (var (stable, tried) in Pairs(production, canary))
            {
                Assert.All(selectors, selector => Assert.Equal(Manifests.Selects(selector, stable), Manifests.Selects(selector, tried)));
                Assert.All(deployments, deployment => Assert.False(Manifests.Selects(deployment.Spec.Selector.MatchLabels, tried)));
                Assert.False(Manifests.Selects(tried.Spec.Selector.MatchLabels, stable));
                Assert.True(Manifests.Selects(tried.Spec.Selector.MatchLabels, tried));
            }
        }
    }

    [Fact]
    public async Task The_commands_of_the_documents_name_what_the_overlay_has_and_the_front_end_leaves_first()
    {
        var text = Repository.Read("docs/kubernetes.md");
        var canary = await Manifests.BuildAsync("canary");
        var steps = new[]
        {
            "apply -k k8s/overlays/canary -l app.kubernetes.io/component=silo", "rollout status deployment/granary-silo-canary", "apply -k k8s/overlays/canary\n",
            "delete deployment granary-front-end-canary --cascade=foreground", "delete deployment granary-silo-canary --cascade=foreground",
        };

        Assert.Equal(steps.Select(step => text.IndexOf(step, StringComparison.Ordinal)).Order(), steps.Select(step => text.IndexOf(step, StringComparison.Ordinal)));
        Assert.All(steps, step => Assert.Contains(step, text, StringComparison.Ordinal));
        Assert.Equal("silo", canary.Of<V1Deployment>().Single(deployment => deployment.Name() == "granary-silo-canary").Metadata.Labels["app.kubernetes.io/component"]);
    }

    private static IEnumerable<(V1Deployment Stable, V1Deployment Tried)> Pairs(Manifests production, Manifests canary) =>
        new[] { production.Silo, production.FrontEnd }.Select(stable =>
            (stable, canary.Of<V1Deployment>().Single(deployment => deployment.Name() == $"{stable.Name()}-canary")));

    /// <summary>Every selector of pods in a document but a deployment's own.</summary>
    private static IEnumerable<IDictionary<string, string>> SelectorsOf(object document) => document switch
    {
        V1Service service => [service.Spec.Selector],
        V1PodDisruptionBudget budget => [budget.Spec.Selector.MatchLabels],
        V1NetworkPolicy policy => (policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? [])
            .Concat((policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []))
            .Where(peer => peer.PodSelector is not null)
            .Select(peer => peer.PodSelector.MatchLabels)
            .Append(policy.Spec.PodSelector.MatchLabels),
        V1Deployment deployment => (deployment.Spec.Template.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution ?? [])
            .Select(term => term.PodAffinityTerm)
            .Concat(deployment.Spec.Template.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
            .Select(term => term.LabelSelector.MatchLabels),
        _ => [],
    };
}
