using Granary.Journal.PostgreSql;

namespace Granary.Silo.Tests.Journal;

/// <summary>When a standby may take the place of the primary, and why it may not.</summary>
public sealed class FailoverPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 3, 0, 0, TimeSpan.Zero);
    private static readonly ServerHistory One = new(System: 7, Timeline: 1);

    private static readonly ServerState Primary = new("a:5432")
    {
        IsReachable = true, History = One, Written = 1_000, Standbys = [new StandbyLag("b", "10.0.0.2", "async", 0, 0)],
    };

    private static readonly ServerState Standby = new("b:5432")
    {
        IsReachable = true, IsStandby = true, IsReadOnly = true, History = One, Written = 1_000, Replayed = 1_000, LastReplayed = Now.AddSeconds(-3),
    };

    private static readonly ServerState Away = new("a:5432") { Fault = "Connection refused" };

    [Fact]
    public void A_standby_that_follows_a_primary_takes_its_place_after_it_was_made_read_only() =>
        Assert.Equal(new FailoverPlan(Standby, Primary), Plan([Primary, Standby]));

    [Fact]
    public void Of_several_standbys_the_one_that_has_most_is_promoted() =>
        Assert.Equal("c:5432", Plan([Away, Standby, Standby with { Host = "c:5432", Written = 1_001 }], acceptLoss: true).Standby.Host);

    [Fact]
    public void A_primary_that_is_away_needs_the_word_of_the_operator()
    {
        Refuses(
            "The primary is away, and nobody can tell what it had that b:5432 has not: that has received the log up to 0/3E8, and its last transaction is of "
            + "2026-11-29 02:59:57 UTC, 3 s ago. If it was synchronous",
            [Away, Standby]);
        Assert.Equal(new FailoverPlan(Standby, null), Plan([Away, Standby], acceptLoss: true));
    }

    [Fact]
    public void A_primary_that_only_the_standby_reaches_is_not_taken_for_dead() => Refuses(
        "The primary cannot be reached from here, but b:5432 still receives from it", [Away, Standby with { IsReceiving = true }], acceptLoss: true);

    [Fact]
    public void A_primary_that_another_standby_reaches_is_not_taken_for_dead() => Refuses(
        "The primary cannot be reached from here, but c:5432 still receives from it",
        [Away, Standby, Standby with { Host = "c:5432", IsReceiving = true }],
        acceptLoss: true,
        to: "b:5432");

    [Fact]
    public void A_connection_string_with_one_host_names_no_standby() =>
        Refuses("ConnectionStrings:Granary names one host.", [Primary]);

    [Fact]
    public void Servers_of_two_systems_are_no_pair() => Refuses(
        "The hosts are not of one database system: a:5432 is 7, b:5432 is 8.", [Primary, Standby with { History = new ServerHistory(8, 1) }], acceptLoss: true);

    [Fact]
    public void Two_primaries_are_left_alone() => Refuses(
        "There are several primaries: a:5432 on timeline 1, b:5432 on timeline 2. Stop the old one first.",
        [Primary, Primary with { Host = "b:5432", History = new ServerHistory(7, 2) }, Standby with { Host = "c:5432" }],
        acceptLoss: true);

    [Fact]
    public void Without_a_standby_there_is_nothing_to_promote() => Refuses(
        $"{Primary.Host} is the primary already, and no standby can be reached. b:5432: Connection refused", [Primary, Away with { Host = "b:5432" }], acceptLoss: true);

    [Fact]
    public void A_host_that_the_connection_string_does_not_name_is_not_promoted() =>
        Refuses("c:5432 is none of the hosts a:5432, b:5432.", [Primary, Standby], to: "c:5432");

    [Fact]
    public void The_primary_is_not_promoted() => Refuses("a:5432 is the primary already.", [Primary, Standby], to: "a:5432");

    [Fact]
    public void A_standby_that_is_away_is_not_promoted() =>
        Refuses("b:5432 cannot be reached: Connection refused", [Primary, Away with { Host = "b:5432" }, Standby with { Host = "c:5432" }], to: "b:5432");

    [Fact]
    public void A_standby_that_another_is_ahead_of_is_not_promoted() => Refuses(
        "b:5432 has received 5 bytes less than c:5432. Promote c:5432.",
        [Away, Standby, Standby with { Host = "c:5432", Written = 1_005 }],
        acceptLoss: true,
        to: "b:5432");

    [Fact]
    public void A_standby_whose_replay_is_paused_is_not_promoted() => Refuses(
        "b:5432 does not apply the log: somebody has paused it.", [Primary, Standby with { IsReplayPaused = true }], acceptLoss: true);

    [Fact]
    public void A_standby_that_would_wait_for_a_standby_is_not_promoted() => Refuses(
        "b:5432 has synchronous_standby_names = '*'", [Primary, Standby with { SynchronousStandbys = "*" }], acceptLoss: true);

    [Fact]
    public void A_standby_of_an_earlier_timeline_does_not_follow_the_primary() => Refuses(
        "b:5432 is on timeline 1 and does not follow a:5432, which is on timeline 2.",
        [Primary with { History = new ServerHistory(7, 2) }, Standby],
        acceptLoss: true);

    [Fact]
    public void A_standby_that_is_not_connected_to_a_primary_that_serves_is_not_promoted() => Refuses(
        "b:5432 does not follow a:5432: that has no standby connected", [Primary with { Standbys = [] }, Standby], acceptLoss: true);

    private static FailoverPlan Plan(IReadOnlyList<ServerState> states, bool acceptLoss = false)
    {
        var (plan, refusal) = FailoverPlan.Of(states, to: null, acceptLoss, Now);
        Assert.Equal("", refusal);
        return plan!;
    }

    private static void Refuses(string start, IReadOnlyList<ServerState> states, bool acceptLoss = false, string? to = null)
    {
        var (plan, refusal) = FailoverPlan.Of(states, to, acceptLoss, Now);
        Assert.Null(plan);
        Assert.StartsWith(start, refusal, StringComparison.Ordinal);
    }
}
