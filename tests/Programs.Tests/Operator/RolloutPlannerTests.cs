using CsCheck;
using Granary.Operator;
using Granary.Operator.Rollout;
using Granary.Programs.Tests.Operations;
using k8s.Models;

namespace Granary.Programs.Tests.Operator;

/// <summary>The order of an update, a rollback and a change of the number of silos, decided from what is there and nothing else.</summary>
public sealed class RolloutPlannerTests
{
    private static GranaryClusterSpec Spec => new() { Version = "0.2.0", Replicas = 3, FrontEndReplicas = 2 };

    [Fact]
    public void Front_ends_start_when_the_silos_have_come_to_rest()
    {
        var cluster = new SimulatedCluster(Spec);

        Assert.Equal(ClusterObjects.SiloName, cluster.Plan().Step!.Name());
        cluster.Control();
        Assert.Null(cluster.Plan().Step);
        Assert.Null(cluster.FrontEnds);
        foreach (var number in Enumerable.Range(0, 3))
        {
            Assert.Null(cluster.Plan().Step);
            cluster.Advance(number);
            cluster.Control();
        }

        var plan = cluster.Plan();
        Assert.Equal((ClusterObjects.FrontEndName, "Creating"), (plan.Step!.Name(), Reason(plan, ClusterCondition.Progressing)));
        var last = cluster.Settle();
        Assert.Equal(("0.2.0", 3, 2), (last.Status.Version, last.Status.ReadySilos, last.Status.ReadyFrontEnds));
        Assert.Equal((true, false, false), Conditions(last));
    }

    [Fact]
    public void An_update_replaces_silos_first_and_front_ends_when_the_last_earlier_silo_has_drained()
    {
        var cluster = Settled();
        cluster.Want(spec => spec with { Version = "0.3.0" });

        Assert.Equal(ClusterObjects.SiloName, cluster.Plan().Step!.Name());
        while (cluster.SiloPods.Any(pod => VersionOf(pod) == "0.2.0"))
        {
            Assert.Equal((null, "UpdatingSilos"), (cluster.Plan().Step, Reason(cluster.Plan(), ClusterCondition.Progressing)));
            Assert.Equal("0.2.0", cluster.Wanted.Status!.Version);
            cluster.Control();
            Enumerable.Range(0, cluster.Pods.Count).Reverse().ToList().ForEach(cluster.Advance);
        }

        cluster.Control();
        Assert.Equal(ClusterObjects.FrontEndName, cluster.Plan().Step!.Name());
        Assert.Equal("0.3.0", cluster.Settle().Status.Version);
    }

    [Fact]
    public void Changed_settings_are_an_update_and_a_setting_taken_away_is_one_too()
    {
        var cluster = Settled();
        cluster.Want(spec => spec with { Settings = new Dictionary<string, string> { ["Granary__Currency"] = "EUR" } });
        Assert.Equal(ClusterObjects.SiloName, cluster.Plan().Step!.Name());
        Assert.Null(cluster.Plan().Step);
        cluster.Settle();
        cluster.Want(spec => spec with { Settings = new Dictionary<string, string>() });
        Assert.Equal(ClusterObjects.SiloName, cluster.Plan().Step!.Name());
        Assert.Equal((true, false, false), Conditions(cluster.Settle()));
    }

    [Fact]
    public void A_rollback_replaces_front_ends_first()
    {
        var cluster = Settled("0.3.0");
        cluster.Want(spec => spec with { Version = "0.2.0" });

        Assert.Equal(ClusterObjects.FrontEndName, cluster.Plan().Step!.Name());
        Assert.Equal((null, "RollingBack"), (cluster.Plan().Step, Reason(cluster.Plan(), ClusterCondition.Progressing)));
        cluster.Settle();
        Assert.All(cluster.Pods, pod => Assert.Equal("0.2.0", VersionOf(pod)));
    }

    [Fact]
    public void A_silo_that_misses_its_deadline_halts_the_update_until_another_version_is_wanted()
    {
        var cluster = Settled();
        cluster.Break("0.3.0");
        cluster.Want(spec => spec with { Version = "0.3.0" });

        var halted = cluster.Settle();
        var late = Assert.Single(cluster.SiloPods, pod => VersionOf(pod) == "0.3.0");
        Assert.Equal((true, false, true), Conditions(halted));
        Assert.Equal(("Halted", "PodNotReady"), (Reason(halted, ClusterCondition.Progressing), Reason(halted, ClusterCondition.Degraded)));
        Assert.Contains(late.Name(), Message(halted, ClusterCondition.Degraded), StringComparison.Ordinal);
        Assert.Equal((3, 2, "0.2.0"), (halted.Status.ReadySilos, halted.Status.ReadyFrontEnds, halted.Status.Version));
        Assert.All(cluster.FrontEndPods, pod => Assert.Equal("0.2.0", VersionOf(pod)));

        cluster.Want(spec => spec with { Version = "0.2.0" });
        Assert.Equal((true, false, false), Conditions(cluster.Settle()));
        Assert.All(cluster.Pods, pod => Assert.Equal("0.2.0", VersionOf(pod)));
    }

    [Fact]
    public void Before_the_deadline_nothing_is_degraded_and_the_plan_says_when_to_look_again()
    {
        var cluster = Settled();
        cluster.Break("0.3.0");
        cluster.Want(spec => spec with { Version = "0.3.0" });
        cluster.Plan();
        cluster.Control();
        var due = cluster.Now.AddSeconds(600);

        cluster.Pass(TimeSpan.FromSeconds(599));
        var plan = cluster.Plan();
        Assert.Equal((due, false), (plan.LookAgainAt, plan.Status.Is(ClusterCondition.Degraded)));
        cluster.Pass(TimeSpan.FromSeconds(1));
        plan = cluster.Plan();
        Assert.Equal((null, true), (plan.LookAgainAt, plan.Status.Is(ClusterCondition.Degraded)));
    }

    [Fact]
    public void When_no_silo_is_ready_a_rollback_does_not_wait_for_front_ends_that_wait_for_silos()
    {
        var cluster = Settled("0.3.0");
        foreach (var pod in cluster.Pods)
        {
            cluster.Fail(pod);
        }

        cluster.Control();
        cluster.Want(spec => spec with { Version = "0.2.0" });
        Assert.Equal(ClusterObjects.SiloName, cluster.Plan().Step!.Name());
    }

    [Theory]
    [InlineData(3, 6)]
    [InlineData(6, 1)]
    public void Silos_come_and_go_one_at_a_time_and_each_drains_before_the_next(int from, int to)
    {
        var cluster = new SimulatedCluster(Spec with { Replicas = from });
        cluster.Settle();
        cluster.Want(spec => spec with { Replicas = to });
        var steps = new List<int>();
        for (var left = 100; left > 0 && cluster.Silos!.Spec.Replicas != to; left--)
        {
            var isAtRest = cluster.SiloPods.Count == cluster.Silos.Spec.Replicas && cluster.SiloPods.All(pod => DeploymentRules.IsReady(pod) && pod.Metadata.DeletionTimestamp is null);
            if (cluster.Plan().Step is { } step)
            {
                Assert.True(isAtRest);
                steps.Add(step.Spec.Replicas!.Value);
            }

            cluster.Control();
            cluster.Advance(left);
        }

        Assert.Equal(from < to ? Enumerable.Range(from + 1, to - from) : Enumerable.Range(to, from - to).Reverse(), steps);
    }

    [Fact]
    public void Silos_that_never_start_can_be_taken_away_again()
    {
        var cluster = Settled();
        cluster.Want(spec => spec with { Replicas = 5 });
        cluster.Plan();
        cluster.Control();
        cluster.Pass(TimeSpan.FromMinutes(20));
        Assert.Equal((true, "Halted"), (cluster.Plan().Status.Is(ClusterCondition.Degraded), Reason(cluster.Plan(), ClusterCondition.Progressing)));

        cluster.Want(spec => spec with { Replicas = 3 });
        Assert.Equal(3, cluster.Plan().Step!.Spec.Replicas);
        Assert.Equal((true, false, false), Conditions(cluster.Settle()));
    }

    [Fact]
    public void A_deployment_that_was_edited_by_hand_is_set_back()
    {
        var cluster = Settled();
        cluster.FrontEnds!.Spec.Template.Spec.Containers[0].Image = "granary-front-end:latest";

        Assert.Equal(ClusterObjects.FrontEndName, cluster.Plan().Step!.Name());
        Assert.Null(cluster.Plan().Step);
    }

    [Fact]
    public async Task A_canary_beside_the_cluster_is_neither_counted_nor_waited_for_and_an_update_leaves_it_alone()
    {
        var cluster = Settled();
        foreach (var canary in (await Manifests.BuildAsync("canary")).Of<V1Deployment>())
        {
            cluster.Add(canary);
        }

        // Its pods are of a later version and have missed their deadline.
        cluster.Break("0.3.0");
        cluster.Control();
        cluster.Pass(TimeSpan.FromHours(1));
        var beside = cluster.Pods.Except(cluster.SiloPods).Except(cluster.FrontEndPods).Select(pod => pod.Name()).ToList();
        var plan = cluster.Plan();
        Assert.Equal((null, "UpToDate", (true, false, false)), (plan.Step, Reason(plan, ClusterCondition.Progressing), Conditions(plan)));
        Assert.Equal(("0.2.0", 3, 2), (plan.Status.Version, plan.Status.ReadySilos, plan.Status.ReadyFrontEnds));

        cluster.Want(spec => spec with { Version = "0.2.1" });
        Assert.Equal(("0.2.1", (true, false, false)), (cluster.Settle().Status.Version, Conditions(cluster.Plan())));
        cluster.Want(spec => spec with { Version = "0.2.0", Replicas = 2 });
        Assert.Equal(("0.2.0", (true, false, false)), (cluster.Settle().Status.Version, Conditions(cluster.Plan())));
        Assert.Equal(2, beside.Count);
        Assert.Equal(beside, cluster.Pods.Except(cluster.SiloPods).Except(cluster.FrontEndPods).Select(pod => pod.Name()));
        Assert.All(cluster.Pods, pod => Assert.Null(pod.Metadata.DeletionTimestamp));
    }

    [Fact]
    public void A_condition_keeps_the_time_of_its_last_change()
    {
        var cluster = Settled();
        var since = cluster.Wanted.Status!.Conditions.Single(condition => condition.Type == ClusterCondition.Ready).LastTransitionTime;
        cluster.Pass(TimeSpan.FromHours(1));
        cluster.Want(spec => spec with { Version = "0.3.0" });
        cluster.Plan();
        cluster.Plan();

        var now = cluster.Wanted.Status.Conditions.ToDictionary(condition => condition.Type, condition => condition.LastTransitionTime);
        Assert.Equal((since, cluster.Now), (now[ClusterCondition.Ready], now[ClusterCondition.Progressing]));
        Assert.All(cluster.Wanted.Status.Conditions, condition => Assert.Equal(cluster.Wanted.Metadata.Generation, condition.ObservedGeneration));
    }

    [Fact]
    public void A_version_that_is_none_changes_nothing()
    {
        var cluster = Settled();
        cluster.Want(spec => spec with { Version = "latest" });

        var plan = cluster.Plan();
        Assert.Equal((null, true, "InvalidSpec"), (plan.Step, plan.IsInvalid, Reason(plan, ClusterCondition.Degraded)));
    }

    [Theory]
    [InlineData("0.2.0", "0.10.0")]
    [InlineData("1.0.0-rc.1", "1.0.0")]
    [InlineData("1.0.0-rc.2", "1.0.0-rc.10")]
    [InlineData("1.0.0-1", "1.0.0-alpha")]
    [InlineData("1.0.0-alpha", "1.0.0-alpha.1")]
    public void Versions_are_ordered_by_their_numbers(string earlier, string later)
    {
        Assert.True(ReleaseVersion.TryParse(earlier, out var first) && ReleaseVersion.TryParse(later, out var second) && first < second && second > first);
    }

    /// <summary>
    /// Whatever happens in whatever order, and whatever happens between the operator's look and its step.
    /// </summary>
    [Fact]
    public void No_front_end_is_ever_later_than_a_silo_and_no_step_takes_more_pods_than_the_strategy_allows()
    {
        string[] versions = ["0.2.0", "0.3.0", "0.4.0", "0.5.0"];
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[0, 99].Array[1, 120]).Sample((unavailable, surge, events) =>
        {
            var cluster = new SimulatedCluster(Spec with { UpdateStrategy = new() { MaxUnavailable = unavailable, MaxSurge = Math.Max(surge, 1 - unavailable) } });
            cluster.Break("0.4.0");
            cluster.Settle();
            var ready = Ready(cluster);
            void Check()
            {
                var silos = cluster.SiloPods.Select(VersionOf).ToList();
                Assert.All(cluster.FrontEndPods, pod => Assert.All(silos, silo => Assert.True(string.CompareOrdinal(VersionOf(pod), silo) <= 0, $"front end {VersionOf(pod)} beside silo {silo}")));
                var now = Ready(cluster);
                Assert.True(now >= ready || now >= cluster.Silos!.Spec.Replicas - unavailable, $"{ready} ready silos became {now} of {cluster.Silos!.Spec.Replicas}");
                ready = now;
            }

            foreach (var number in events)
            {
                var replicas = cluster.Silos!.Spec.Replicas!.Value;
                switch (number)
                {
                    case < 4:
                        cluster.Want(spec => spec with { Version = versions[number] });
                        break;
                    case < 8:
                        cluster.Want(spec => spec with { Replicas = number - 2 });
                        break;
                    case < 12:
                        cluster.Pass(TimeSpan.FromMinutes(5));
                        break;
                    case < 33:
                        cluster.Look();
                        break;
                    case < 55:
                        cluster.Take();
                        Assert.InRange(cluster.Silos!.Spec.Replicas!.Value, replicas - 1, replicas + 1);
                        break;
                    case < 75:
                        cluster.Control();
                        break;
                    default:
                        cluster.Advance(number);
                        break;
                }

                Check();
            }

            cluster.Want(spec => spec with { Version = "0.5.0" });
            var plan = cluster.Settle(Check);
            Assert.Equal((true, false, false), Conditions(plan));
            Assert.Equal(("0.5.0", cluster.Wanted.Spec.Replicas), (plan.Status.Version, plan.Status.ReadySilos));
        }, iter: 100);
    }

    private static SimulatedCluster Settled(string version = "0.2.0")
    {
        var cluster = new SimulatedCluster(Spec with { Version = version });
        cluster.Settle();
        return cluster;
    }

    private static int Ready(SimulatedCluster cluster) => cluster.SiloPods.Count(pod => DeploymentRules.IsReady(pod) && pod.Metadata.DeletionTimestamp is null);

    private static string VersionOf(V1Pod pod) => ClusterObjects.VersionOf(pod.Spec);

    private static string Reason(Plan plan, string type) => plan.Status.Conditions.Single(condition => condition.Type == type).Reason;

    private static string Message(Plan plan, string type) => plan.Status.Conditions.Single(condition => condition.Type == type).Message;

    private static (bool Ready, bool Progressing, bool Degraded) Conditions(Plan plan) =>
        (plan.Status.Is(ClusterCondition.Ready), plan.Status.Is(ClusterCondition.Progressing), plan.Status.Is(ClusterCondition.Degraded));
}
