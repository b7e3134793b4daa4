using System.Text;
using Granary.Domain.Settings;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Users;
using static Granary.Domain.Tests.Settings.GivenSettings;

namespace Granary.Domain.Tests.Settings;

/// <summary>Variants: which one decides, how they change, and when one is turned off.</summary>
public sealed class VariantTests
{
    private static readonly SettingsVariant Ten = Variant("ten") with { Percent = 10 };

    [Fact]
    public void A_tenth_of_ten_thousand_users_is_a_thousand_give_or_take_chance()
    {
        // Three standard deviations.
        Assert.InRange(Users(10_000).Count(user => IsIn(Ten, user)), 910, 1_090);
    }

    [Fact]
    public void A_user_is_always_in_or_always_out_and_in_every_larger_share_of_the_same_variant()
    {
        foreach (var user in Users(200))
        {
            Assert.Single(Enumerable.Range(0, 100).Select(_ => IsIn(Ten, user)).Distinct());
            var first = Enumerable.Range(0, 101).First(percent => IsIn(Ten with { Percent = percent }, user));
            Assert.All(Enumerable.Range(first, 101 - first), percent => Assert.True(IsIn(Ten with { Percent = percent }, user)));
            Assert.NotEqual(0, first);
        }
    }

    [Theory]
    [InlineData("checkout", "u-1", 7.02)]
    [InlineData("checkout", "u-2", 3.22)]
    [InlineData("slow-lane", "u-1", 79.61)]
    public void Every_release_shares_users_out_alike(string variant, string user, double from)
    {
        Assert.True(IsIn(Variant(variant) with { Percent = (decimal)from + 0.1m }, user));
        Assert.False(IsIn(Variant(variant) with { Percent = (decimal)from - 0.1m }, user));
    }

    [Fact]
    public void Another_variant_has_other_users()
    {
        var both = Users(10_000).Count(user => IsIn(Ten, user) && IsIn(Ten with { Name = "other" }, user));

        Assert.InRange(both, 70, 130);
    }

    [Fact]
    public void The_first_variant_that_matches_decides_and_one_that_is_off_does_not()
    {
        var (first, second) = (Variant("first") with { Percent = 100 }, Variant("second") with { Percent = 100 });

        Assert.Equal("first", VariantChoice.Of([first, second], "u", _ => false)?.Name);
        Assert.Equal("second", VariantChoice.Of([first with { IsOff = true }, second], "u", _ => false)?.Name);
        Assert.Null(VariantChoice.Of([first with { Percent = 0 }, second with { IsOff = true }], "u", _ => true));
        Assert.Null(VariantChoice.Of([first], userId: null, _ => true));
    }

    [Fact]
    public void A_variant_with_a_header_needs_the_header_and_one_with_both_needs_both()
    {
        var header = Variant("header") with { Header = new VariantHeader("X-Variant", "new") };
        var both = header with { Percent = 0 };

        Assert.Equal("header", VariantChoice.Of([header], userId: null, sent => sent == header.Header)?.Name);
        Assert.Null(VariantChoice.Of([header], "u", _ => false));
        Assert.Null(VariantChoice.Of([both], "u", _ => true));
        Assert.Equal("header", VariantChoice.Of([both with { Percent = 100 }], "u", _ => true)?.Name);
    }

    [Fact]
    public void Variants_change_with_the_values_in_one_version_and_stay_where_a_change_names_none()
    {
        var given = SettingsState.Initial("0");
        given = Then(given, SettingsDecisions.Change(given, Change(Values(("A", "1")), Ten), All));
        Assert.Equal((1L, 1L, "1"), (given.Version, given.VariantsSince, given.Values["A"]));
        Assert.Equal([Ten], given.Variants);

        given = Then(given, SettingsDecisions.Change(given, new ChangeSettings(Values(("A", "2")), Admin), All));

        Assert.Equal((2L, 1L), (given.Version, given.VariantsSince));
        Assert.Equal([Ten], given.Variants);
        Assert.Empty(SettingsDecisions.Change(given, Change([], Ten with { Values = Ten.Values.ToDictionary() }), All).Events);
        given = Then(given, SettingsDecisions.Change(given, Change([]), All));
        Assert.Equal((3L, 3L, 0), (given.Version, given.VariantsSince, given.Variants.Length));
    }

    [Fact]
    public void A_refused_variant_changes_nothing_and_every_variant_of_a_change_is_judged()
    {
        var given = SettingsState.Initial("0");
        IReadOnlyList<SettingsVariant>? judged = null;

        var decision = SettingsDecisions.Change(given, Change(Values(("A", "1")), Ten, Variant("other")), proposed =>
        {
            judged = proposed.Variants;
            return new NotReloadable("B");
        });

        Assert.Equal((new NotReloadable("B"), 0), (decision.Refusal, decision.Events.Count));
        Assert.Equal(["ten", "other"], judged!.Select(variant => variant.Name));
    }

    [Fact]
    public void A_rollback_brings_the_variants_of_then_back()
    {
        List<SettingsState> versions = [SettingsState.Initial("0")];
        foreach (var command in new[] { Change([], Ten), Change(Values(("A", "1")), Ten with { Percent = 20 }), Change([]) })
        {
            versions.Add(Then(versions[^1], SettingsDecisions.Change(versions[^1], command, All)));
        }

        var back = Then(versions[^1], SettingsDecisions.RollBack(versions[^1], new RollBackSettings(1, Admin), version => versions[(int)version], All));

        Assert.Equal([Ten], back.Variants);
        Assert.Empty(back.Values);
    }

    [Theory]
    [InlineData(100, 6, true)]
    [InlineData(100, 5, false)]
    [InlineData(99, 99, false)]
    [InlineData(10_000, 501, true)]
    public void A_variant_is_turned_off_when_more_than_the_share_of_enough_requests_failed(int requests, int failures, bool isOff)
    {
        var given = SettingsState.Initial("0");
        given = Then(given, SettingsDecisions.Change(given, Change([], Variant("calm"), Ten), All));

        // Of two front ends.
        VariantTally[] tallies = [new("ten", requests / 2, failures), new("ten", requests - (requests / 2), 0), new("calm", 1_000, 50), new("gone", 1_000, 1_000)];
        var decision = SettingsDecisions.TurnOff(given, tallies, most: 0.05);

        Assert.Equal(isOff ? 1 : 0, decision.Events.Count);
        if (isOff)
        {
            var changed = Assert.IsType<SettingsChanged>(decision.Events[0]);
            Assert.Equal((UserId.System, 0, null), (changed.By, changed.Changes.Count, changed.RolledBackTo));
            Assert.Equal([Variant("calm"), Ten], changed.Variants!.From);
            Assert.Equal([Variant("calm"), Ten with { IsOff = true, Reason = $"{failures} of {requests} requests of a minute failed" }], changed.Variants.To);
            Assert.Empty(SettingsDecisions.TurnOff(Then(given, decision), tallies, most: 0.05).Events);
        }
    }

    [Theory]
    [InlineData(50, 10, 1_000, 160, true)]
    [InlineData(50, 10, 1_000, 170, false)]
    [InlineData(100, 100, 1_000, 400, false)]
    [InlineData(100, 100, 99, 99, true)]
    public void A_variant_is_not_to_blame_where_the_callers_without_one_fail_nearly_as_often(
        int percent, int others, int rest, int restFailures, bool isOff)
    {
        var given = SettingsState.Initial("0");
        given = Then(given, SettingsDecisions.Change(given, Change([], Ten), All));

        VariantTally[] tallies = [new("ten", 1_000, 10 * percent), new("other", 1_000, others), new(SettingsVariant.None, rest, restFailures)];

        Assert.Equal(isOff ? 1 : 0, SettingsDecisions.TurnOff(given, tallies, most: 0.05).Events.Count);
    }

    [Fact]
    public void Variants_are_stored_under_these_names()
    {
        var full = new SettingsVariant
        {
            Name = "slow", Header = new VariantHeader("X-Lane", "slow"), Percent = 12.5m, IsOff = true, Reason = "late",
            Values = new Dictionary<string, string> { ["Granary:A"] = "1" },
        };
        var changed = new SettingsChanged(Admin, new Dictionary<string, SettingChange>(), Variants: new VariantsChange([], [full]));

        Assert.Equal(
            """{"by":"u-admin","changes":{},"variants":{"from":[],"to":[{"name":"slow","header":{"name":"X-Lane","value":"slow"},"percent":12.5,"values":{"Granary:A":"1"},"is_off":true,"reason":"late"}]}}""",
            Encoding.UTF8.GetString(SettingsEvent.Codec.Encode(changed, Tests.Given.Noon, null).Payload.Span));
    }

    private static IEnumerable<string> Users(int count) => Enumerable.Range(0, count).Select(number => UserId.From("user-" + number));

    private static bool IsIn(SettingsVariant variant, string user) => VariantChoice.Of([variant], user, _ => false) is not null;

    private static SettingsVariant Variant(string name) => new() { Name = name, Values = new Dictionary<string, string> { ["Granary:A"] = "1" } };

    private static ChangeSettings Change(Dictionary<string, string?> values, params SettingsVariant[] variants) => new(values, Admin) { Variants = variants };
}
