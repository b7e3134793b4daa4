using System.Globalization;
using System.Xml.Linq;
using Granary.Api;
using Granary.Api.Http;
using Granary.Grains.Interfaces;
using Granary.Hosting.Health;
using Granary.Hosting.Settings;
using Granary.Hosting.Telemetry;
using Granary.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using k8s.Models;

namespace Granary.Programs.Tests.Operations;

/// <summary>
/// Checks the manifests under <c>k8s/</c> against the types of Kubernetes and against the settings that the programs read.
/// </summary>
public sealed class KubernetesTests
{
    // The host itself reads these; the tests below check their effect.
    private static readonly string[] OfTheHost = ["ASPNETCORE_HTTP_PORTS", "DOTNET_ENVIRONMENT", "DOTNET_shutdownTimeoutSeconds"];

    public static TheoryData<string> Overlays => ["dev", "production"];

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task An_overlay_builds_and_every_document_is_one_that_Kubernetes_knows(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);

        Assert.All(manifests.All, document => Assert.IsAssignableFrom<k8s.IKubernetesObject<V1ObjectMeta>>(document));
        var space = Assert.Single(manifests.Of<V1Namespace>()).Name();
        Assert.All(
            manifests.All.Except(manifests.Of<V1Namespace>()),
            document => Assert.Equal(space, ((k8s.IKubernetesObject<V1ObjectMeta>)document).Metadata.NamespaceProperty));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Programs_start_with_the_environment_they_get_and_read_all_of_it(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        await AssertReadAsync(manifests, manifests.Silo, SiloProgram.Build);
        await AssertReadAsync(manifests, manifests.FrontEnd, FrontEnd.Build);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Ports_are_those_that_the_programs_listen_on(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        foreach (var deployment in (V1Deployment[])[manifests.Silo, manifests.FrontEnd])
        {
            var ports = PortsOf(deployment);
            var environment = manifests.EnvironmentOf(deployment);
            Assert.Equal($"{ports["http"]};{ports["metrics"]}", environment["ASPNETCORE_HTTP_PORTS"]);
            Assert.Equal(environment["Granary__Telemetry__MetricsPort"], ports["metrics"].ToString(CultureInfo.InvariantCulture));
            Assert.Equal(environment["Granary__Health__Port"], ports["metrics"].ToString(CultureInfo.InvariantCulture));
        }

        var silo = manifests.EnvironmentOf(manifests.Silo);
        Assert.Equal(silo["Granary__Silo__Port"], PortsOf(manifests.Silo)["silo"].ToString(CultureInfo.InvariantCulture));
        Assert.Equal(silo["Granary__Silo__GatewayPort"], PortsOf(manifests.Silo)["gateway"].ToString(CultureInfo.InvariantCulture));
        var service = manifests.Of<V1Service>().Single(service => service.Name() == "granary");
        Assert.True(Manifests.Selects(service.Spec.Selector, manifests.FrontEnd));
        Assert.Contains(Assert.Single(service.Spec.Ports).TargetPort.Value, PortsOf(manifests.FrontEnd).Keys);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Probes_ask_what_the_programs_answer(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        foreach (var deployment in (V1Deployment[])[manifests.Silo, manifests.FrontEnd])
        {
            var container = Manifests.ContainerOf(deployment);
            Assert.Equal(HealthSetup.LivePath, container.StartupProbe.HttpGet.Path);
            Assert.Equal(HealthSetup.LivePath, container.LivenessProbe.HttpGet.Path);
            Assert.Equal(HealthSetup.ReadyPath, container.ReadinessProbe.HttpGet.Path);
            Assert.All(
                (V1Probe[])[container.StartupProbe, container.LivenessProbe, container.ReadinessProbe],
                probe => Assert.Equal("metrics", probe.HttpGet.Port.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task The_ports_of_silos_are_open_only_to_silos_and_front_ends(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var policies = manifests.Of<V1NetworkPolicy>().Where(policy =>
            Manifests.Selects(policy.Spec.PodSelector.MatchLabels, manifests.Silo) && policy.Spec.PolicyTypes.Contains("Ingress")).ToList();

        // If a policy selects a pod, the pod accepts only traffic that some policy allows.
        Assert.Contains(policies, policy => policy.Spec.Ingress is null or []);
        var doors = policies.SelectMany(policy => policy.Spec.Ingress ?? [])
            .SelectMany(rule => rule.Ports.Select(port => (Port: port.Port.Value, Rule: rule)))
            .ToLookup(door => door.Port, door => door.Rule);
        Assert.Equal(["11111", "30000", "9464"], doors.Select(door => door.Key).Order());
        Assert.All(doors["11111"], rule => Assert.True(OnlyFrom(rule, manifests.Silo)));
        Assert.All(doors["30000"], rule => Assert.True(OnlyFrom(rule, manifests.Silo, manifests.FrontEnd)));
        Assert.All(doors["9464"], rule => Assert.Equal(
            "monitoring", Assert.Single(rule.FromProperty).NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"]));
        Assert.Contains(doors["30000"], rule => OnlyFrom(rule, manifests.FrontEnd));
    }

    [Fact]
    public async Task In_production_only_silos_reach_the_internet_and_nothing_private_through_it()
    {
        var manifests = await Manifests.BuildAsync("production");
        var policies = manifests.Of<V1NetworkPolicy>().Where(policy => policy.Spec.PolicyTypes.Contains("Egress")).ToList();
        var internet = Assert.Single(policies, policy => policy.Spec.Egress.Any(rule => rule.To?.Any(peer => peer.IpBlock is not null) == true));

        Assert.All(
            (V1Deployment[])[manifests.Silo, manifests.FrontEnd],
            pods => Assert.Contains(policies, policy => policy != internet && Manifests.Selects(policy.Spec.PodSelector.MatchLabels, pods)));
        Assert.True(Manifests.Selects(internet.Spec.PodSelector.MatchLabels, manifests.Silo));
        Assert.False(Manifests.Selects(internet.Spec.PodSelector.MatchLabels, manifests.FrontEnd));
        var block = Assert.Single(Assert.Single(internet.Spec.Egress).To).IpBlock;
        Assert.Equal(["10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"], block.Except.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Containers_can_do_nothing_but_their_work(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var pods = manifests.Of<V1Deployment>().Select(deployment => deployment.Spec.Template.Spec)
            .Concat(manifests.Of<V1StatefulSet>().Select(set => set.Spec.Template.Spec));

        Assert.All(pods, pod =>
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.True(pod.SecurityContext.RunAsUser > 0);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.All(pod.Containers, container =>
            {
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            });
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task An_update_starts_the_new_before_it_ends_the_old_and_leaves_it_time(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        foreach (var deployment in (V1Deployment[])[manifests.Silo, manifests.FrontEnd])
        {
            var rolling = deployment.Spec.Strategy.RollingUpdate;
            Assert.Equal(("1", "0"), (rolling.MaxSurge.Value, rolling.MaxUnavailable.Value));
            var pod = deployment.Spec.Template.Spec;
            var spread = pod.Affinity.PodAntiAffinity;
            var terms = (spread.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Select(term => term.PodAffinityTerm)
                .Concat(spread.RequiredDuringSchedulingIgnoredDuringExecution ?? []);
            Assert.All(terms, term => Assert.True(Manifests.Selects(term.LabelSelector.MatchLabels, deployment)));

            // Otherwise the new pod would find no machine if there are as many machines as pods.
            Assert.All(
                spread.RequiredDuringSchedulingIgnoredDuringExecution ?? [],
                term => Assert.Equal(["pod-template-hash"], term.MatchLabelKeys));
            Assert.Contains(
                manifests.Of<V1PodDisruptionBudget>(), budget => Manifests.Selects(budget.Spec.Selector.MatchLabels, deployment));
        }

        var scaler = Assert.Single(manifests.Of<V2HorizontalPodAutoscaler>());
        Assert.Equal(manifests.FrontEnd.Name(), scaler.Spec.ScaleTargetRef.Name);
        Assert.Null(manifests.FrontEnd.Spec.Replicas);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task An_upgrade_can_be_applied_without_the_front_ends(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);

        // kubectl apply -l app.kubernetes.io/component!=front-end applies documents with another label or none; see
        // docs/kubernetes.md.
        var heldBack = manifests.All.OfType<k8s.IKubernetesObject<V1ObjectMeta>>()
            .Where(document => document.Metadata.Labels?.TryGetValue("app.kubernetes.io/component", out var component) is true && component == "front-end");

        Assert.Same(manifests.FrontEnd, Assert.Single(heldBack));
        Assert.Contains("-l 'app.kubernetes.io/component!=front-end'", Repository.Read("docs/kubernetes.md"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task A_pod_is_not_killed_before_the_shutdown_time_of_its_program_is_over(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        await using var silo = Build(manifests, manifests.Silo, SiloProgram.Build);
        await using var frontEnd = Build(manifests, manifests.FrontEnd, FrontEnd.Build);

        Assert.True(TimeToStop(manifests.Silo) > ShutdownTimeout(silo));
        Assert.True(TimeToStop(manifests.FrontEnd) > ShutdownTimeout(frontEnd));

        // An append during an outage of the database; a call that is lost with a silo and repeated once.
        var options = silo.Services.GetRequiredService<PlatformSettings>();
        Assert.True(ShutdownTimeout(silo) > options.Journal.RetryFor + options.ResponseTimeout);
        Assert.True(
            ShutdownTimeout(frontEnd) > frontEnd.Services.GetRequiredService<Draining>().Time
                + (frontEnd.Services.GetRequiredService<PlatformSettings>().ResponseTimeout * 2));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Images_are_those_that_the_projects_publish(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var version = XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.Equal($"{RepositoryOf("src/Silo/Silo.csproj")}:{version}", Manifests.ContainerOf(manifests.Silo).Image);
        Assert.Equal($"{RepositoryOf("src/Api/Api.csproj")}:{version}", Manifests.ContainerOf(manifests.FrontEnd).Image);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Secrets_come_by_reference_and_the_dev_overlay_holds_those_it_needs(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var references = manifests.Of<V1Deployment>().SelectMany(deployment => Manifests.ContainerOf(deployment).Env)
            .Where(variable => variable.ValueFrom?.SecretKeyRef is not null).ToList();

        Assert.All(
            manifests.Of<V1Deployment>().SelectMany(deployment => Manifests.ContainerOf(deployment).Env)
                .Where(variable => variable.Name.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
                    || variable.Name.Contains("Password", StringComparison.Ordinal)),
            variable => Assert.Contains(variable, references));
        var held = manifests.Of<V1Secret>().SelectMany(secret => secret.StringData.Keys).ToList();
        var needed = references.Select(variable => variable.ValueFrom.SecretKeyRef).Where(key => key.Optional != true).Select(key => key.Key);
        Assert.Equal(overlay == "dev" ? needed.Distinct().Order() : [], held.Order());
    }

    [Fact]
    public async Task Silos_and_front_ends_read_the_certificates_of_the_secret_that_cert_manager_writes()
    {
        var manifests = await Manifests.BuildAsync("production");
        foreach (var deployment in (V1Deployment[])[manifests.Silo, manifests.FrontEnd])
        {
            var environment = manifests.EnvironmentOf(deployment);
            var pod = deployment.Spec.Template.Spec;
            var volume = Assert.Single(pod.Volumes, volume => volume.Secret?.SecretName == "granary-tls");
            var mount = Assert.Single(Assert.Single(pod.Containers).VolumeMounts, mount => mount.Name == volume.Name).MountPath;
            Assert.Equal($"{mount}/tls.crt", environment["Granary__Silo__Tls__Certificate"]);
            Assert.Equal($"{mount}/tls.key", environment["Granary__Silo__Tls__Key"]);
            Assert.Equal($"{mount}/ca.crt", environment["Granary__Silo__Tls__Authority"]);
            Assert.DoesNotContain("Granary__Silo__Tls__Mode", environment.Keys);
        }
    }

    [Fact]
    public async Task Prometheus_finds_the_pods_by_the_labels_and_the_port_that_they_have()
    {
        var manifests = await Manifests.BuildAsync("production");
        var configuration = Repository.Read("ops/prometheus/prometheus.yml");

        Assert.Contains("__meta_kubernetes_pod_label_app_kubernetes_io_part_of]\n        regex: granary\n", configuration, StringComparison.Ordinal);
        Assert.Contains("__meta_kubernetes_pod_container_port_name]\n        regex: metrics\n", configuration, StringComparison.Ordinal);
        Assert.Contains("__meta_kubernetes_pod_label_granary_dev_track]\n        regex: (.+)\n        target_label: track\n", configuration, StringComparison.Ordinal);
        foreach (var deployment in (V1Deployment[])[manifests.Silo, manifests.FrontEnd])
        {
            Assert.Equal("granary", deployment.Spec.Template.Metadata.Labels["app.kubernetes.io/part-of"]);
            Assert.Contains("metrics", PortsOf(deployment).Keys);
        }
    }

    private static async Task AssertReadAsync(
        Manifests manifests, V1Deployment deployment, Func<string[], Action<WebApplicationBuilder>, WebApplication> build)
    {
        var environment = manifests.EnvironmentOf(deployment);
        var settings = new ReadSettings(environment);
        await using var app = Build(settings, build);

        Assert.All(environment.Keys.Except(OfTheHost), variable => Assert.True(settings.WasRead(variable), $"{deployment.Name()} does not read {variable}"));
        var options = app.Services.GetRequiredService<PlatformSettings>();
        Assert.Equal((StorageKind.PostgreSql, ClusteringKind.Redis), (options.Storage, options.Clustering));
        Assert.Equal(
            environment["DOTNET_shutdownTimeoutSeconds"], ShutdownTimeout(app).TotalSeconds.ToString(CultureInfo.InvariantCulture));
        var patterns = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText);
        Assert.Superset(new HashSet<string?> { HealthSetup.LivePath, HealthSetup.ReadyPath, TelemetrySetup.MetricsPath }, patterns.ToHashSet());
    }

    private static WebApplication Build(
        Manifests manifests, V1Deployment deployment, Func<string[], Action<WebApplicationBuilder>, WebApplication> build) =>
        Build(new ReadSettings(manifests.EnvironmentOf(deployment)), build);

    private static WebApplication Build(ReadSettings settings, Func<string[], Action<WebApplicationBuilder>, WebApplication> build) =>
        build([], builder => ((IList<Microsoft.Extensions.Configuration.IConfigurationSource>)builder.Configuration.Sources).Add(settings));

    private static TimeSpan ShutdownTimeout(WebApplication app) =>
        app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;

    /// <summary>
    /// The time of a pod from the stop signal until it is killed: the sleep before the signal counts against the grace period.
    /// </summary>
    private static TimeSpan TimeToStop(V1Deployment deployment)
    {
        var pod = deployment.Spec.Template.Spec;
        var sleep = Assert.Single(pod.Containers).Lifecycle?.PreStop?.Sleep?.Seconds ?? 0;
        return TimeSpan.FromSeconds(pod.TerminationGracePeriodSeconds!.Value - sleep);
    }

    private static bool OnlyFrom(V1NetworkPolicyIngressRule rule, params V1Deployment[] deployments) =>
        rule.FromProperty is { Count: > 0 } && rule.FromProperty.All(peer => peer.NamespaceSelector is null && peer.IpBlock is null
            && deployments.Any(deployment => Manifests.Selects(peer.PodSelector.MatchLabels, deployment)));

    private static Dictionary<string, int> PortsOf(V1Deployment deployment) =>
        Manifests.ContainerOf(deployment).Ports.ToDictionary(port => port.Name, port => port.ContainerPort);

    private static string RepositoryOf(string project) =>
        XDocument.Load(Repository.PathOf(project)).Descendants("ContainerRepository").Single().Value;
}
