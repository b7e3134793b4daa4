using k8s.Models;

namespace Granary.Operator.Rollout;

/// <summary>
/// Decides the next step of a cluster from what is wanted, what is there, and the time. It remembers nothing, so an operator that
/// starts in the middle of an update plans what the one before it would have.
/// </summary>
/// <remarks>
/// Kubernetes replaces the pods of one deployment within the bounds of the strategy. The planner decides what Kubernetes does not
/// know: that silos come before front ends and in a rollback after them, that the first must have come to rest before the second
/// begins, and that silos come and go one at a time.
/// </remarks>
internal static class RolloutPlanner
{
    public static Plan Next(GranaryCluster cluster, ClusterState state, DateTime now)
    {
        var silos = new Component(
            "silos", ClusterObjects.Silos(cluster, state.Silos?.Spec.Replicas ?? cluster.Spec.Replicas), state.Silos, state.Pods);
        var frontEnds = new Component("front ends", ClusterObjects.FrontEnds(cluster), state.FrontEnds, state.Pods);
        var report = new StatusReport(cluster, silos, frontEnds, now);
        if (!ReleaseVersion.TryParse(cluster.Spec.Version, out var wanted))
        {
            return new(null, report.Invalid($"'{cluster.Spec.Version}' is not a version such as 1.2.3."), null) { IsInvalid = true };
        }

        var deadline = TimeSpan.FromSeconds(cluster.Spec.UpdateStrategy.ReadyDeadlineSeconds);
        var deadlines = silos.Deadlines(deadline).Concat(frontEnds.Deadlines(deadline)).ToList();
        var late = deadlines.Where(pod => pod.Due <= now).Select(pod => pod.Pod).ToList();
        DateTime? next = deadlines.Where(pod => pod.Due > now).Select(pod => (DateTime?)pod.Due).Min();

        // Earlier silos do not know what later front ends call: no front end may be later than a silo. When no silo is ready, nothing is
        // left to protect, and front ends that wait for silos would never come to rest.
        var isRollback = frontEnds.HasLaterThan(wanted) && silos.Ready > 0;
        Component[] order = isRollback ? [frontEnds, silos] : [silos, frontEnds];
        Component? moving = null;
        foreach (var component in order)
        {
            if (!component.IsApplied)
            {
                return new(component.Wanted, report.Progressing(Reason(component, wanted), $"The {component.Name} are set to {cluster.Spec.Version}.", late), next);
            }

            if (!component.IsAtRest)
            {
                moving = component;
                break;
            }
        }

        if (CanScale(cluster, silos, frontEnds, late.Count > 0))
        {
            return new(Scaled(cluster, silos), report.Progressing("ScalingSilos", $"{silos.Replicas} silos become {cluster.Spec.Replicas}, one at a time.", late), next);
        }

        return new(
            null,
            moving is null ? report.UpToDate()
                : late.Count > 0 ? report.Halted(late)
                : report.Progressing(Reason(moving, wanted), $"The {moving.Name} come to rest at {cluster.Spec.Version}.", late),
            next);
    }

    /// <summary>
    /// Silos come and go one at a time, when the silos have come to rest. A silo that is late does not keep others from being taken
    /// away: Kubernetes ends pods that are not ready first, so one fewer then costs no ready one.
    /// </summary>
    private static bool CanScale(GranaryCluster cluster, Component silos, Component frontEnds, bool isLate) =>
        silos.Replicas != cluster.Spec.Replicas && silos.IsApplied && frontEnds.IsApplied
        && (silos.IsAtRest
            || (isLate && cluster.Spec.Replicas < silos.Replicas && silos.Terminating == 0 && silos.Ready == silos.Replicas - 1));

    /// <summary>One silo more or less.</summary>
    private static V1Deployment Scaled(GranaryCluster cluster, Component silos) =>
        ClusterObjects.Silos(cluster, silos.Replicas + Math.Sign(cluster.Spec.Replicas - silos.Replicas));

    private static string Reason(Component component, ReleaseVersion wanted) =>
        component.Observed is null ? "Creating"
        : component.HasLaterThan(wanted) ? "RollingBack"
        : component.Name == "silos" ? "UpdatingSilos" : "UpdatingFrontEnds";
}
