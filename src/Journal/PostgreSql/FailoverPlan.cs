using System.Globalization;

namespace Granary.Journal.PostgreSql;

/// <summary>Which standby takes the place of which primary, or why none may.</summary>
/// <param name="Standby">The server to promote.</param>
/// <param name="Primary">The primary to make read-only first; null where it is away.</param>
public sealed record FailoverPlan(ServerState Standby, ServerState? Primary)
{
    /// <summary>Decides by the states of all hosts.</summary>
    /// <param name="states">What each host of the connection string told.</param>
    /// <param name="to">The host to promote, as the connection string has it; null for the standby that has most.</param>
    /// <param name="acceptLoss">Whether it may be promoted although nobody can tell whether it has everything.</param>
    /// <param name="now">Now.</param>
    /// <returns>The plan, or null and why there is none.</returns>
    public static (FailoverPlan? Plan, string Refusal) Of(IReadOnlyList<ServerState> states, string? to, bool acceptLoss, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(states);
        if (states.Count < 2)
        {
            return Refuse("ConnectionStrings:Granary names one host. Name the primary and its standbys, such as Host=a,b.");
        }

        var reached = states.Where(state => state.IsReachable).ToList();
        var standbys = reached.Where(state => state.IsStandby).OrderByDescending(Progress).ToList();
        if (reached.Select(state => state.History.System).Distinct().Count() > 1)
        {
            return Refuse($"The hosts are not of one database system: {string.Join(", ", reached.Select(state => $"{state.Host} is {state.History.System}"))}.");
        }

        var primaries = reached.Where(state => !state.IsStandby).ToList();
        if (primaries.Count > 1)
        {
            return Refuse(
                $"There are several primaries: {string.Join(", ", primaries.Select(state => $"{state.Host} on timeline {state.History.Timeline}"))}. "
                + "Stop the old one first.");
        }

        var primary = primaries.SingleOrDefault();
        if (to is not null && states.All(state => state.Host != to))
        {
            return Refuse($"{to} is none of the hosts {string.Join(", ", states.Select(state => state.Host))}.");
        }

        if (to is not null && standbys.All(state => state.Host != to))
        {
            var named = states.First(state => state.Host == to);
            return Refuse(named.IsReachable ? $"{to} is the primary already." : named.Unreachable);
        }

        if (standbys.Count == 0)
        {
            var away = string.Join("; ", states.Where(state => !state.IsReachable).Select(state => $"{state.Host}: {state.Fault}"));
            return Refuse(
                (primary is null ? "No standby can be reached." : $"{primary.Host} is the primary already, and no standby can be reached.") + (away.Length > 0 ? $" {away}" : ""));
        }

        var standby = standbys.FirstOrDefault(state => state.Host == to) ?? standbys[0];
        return Judge(standby, standbys[0], reached, acceptLoss, now) is { } refusal
            ? Refuse(refusal)
            : (new FailoverPlan(standby, primary), "");
    }

    private static string? Judge(ServerState standby, ServerState best, List<ServerState> reached, bool acceptLoss, DateTimeOffset now)
    {
        if (standby.IsReplayPaused)
        {
            return $"{standby.Host} does not apply the log: somebody has paused it. Resume it: SELECT pg_wal_replay_resume().";
        }

        if (Progress(standby).CompareTo(Progress(best)) < 0)
        {
            return $"{standby.Host} has received {best.Written - standby.Written} bytes less than {best.Host}. Promote {best.Host}.";
        }

        if (standby.SynchronousStandbys.Length > 0 && reached.Count(state => state.IsStandby) == 1)
        {
            return $"{standby.Host} has synchronous_standby_names = '{standby.SynchronousStandbys}': as the primary it would wait for a standby that is not there. "
                + "On it: ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf().";
        }

        if (reached.Find(state => !state.IsStandby) is { } primary)
        {
            return primary.History.Timeline != standby.History.Timeline
                ? $"{standby.Host} is on timeline {standby.History.Timeline} and does not follow {primary.Host}, which is on timeline {primary.History.Timeline}."
                : primary.Standbys.Count == 0 ? $"{standby.Host} does not follow {primary.Host}: that has no standby connected, and would lose what it has written since." : null;
        }

        if (reached.Find(state => state is { IsStandby: true, IsReceiving: true }) is { } fed)
        {
            return $"The primary cannot be reached from here, but {fed.Host} still receives from it: silos may reach it, too. Stop it, or run this where it can be reached.";
        }

        var last = standby.LastReplayed is { } at
            ? string.Create(CultureInfo.InvariantCulture, $"its last transaction is of {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {Math.Max(0, (now - at).TotalSeconds):F0} s ago")
            : "it has applied no transaction since its start";
        return acceptLoss
            ? null
            : $"The primary is away, and nobody can tell what it had that {standby.Host} has not: that has received the log up to {Lsn(standby.Written)}, and {last}. "
                + "If it was synchronous, nothing acknowledged is missing; otherwise what the metric replication_lag_bytes told. Make sure that the old primary is off, "
                + "and run this again with --accept-loss.";
    }

    /// <summary>A place in the log as PostgreSQL writes it.</summary>
    public static string Lsn(long place) => string.Create(CultureInfo.InvariantCulture, $"{place >> 32:X}/{place & 0xFFFFFFFF:X}");

    private static (int, long) Progress(ServerState state) => (state.History.Timeline, state.Written);

    private static (FailoverPlan? Plan, string Refusal) Refuse(string reason) => (null, reason);
}
