using Granary.Domain.Settings;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;
using static Granary.Domain.Tests.Settings.GivenSettings;

namespace Granary.Domain.Tests.Settings;

public sealed class RollBackSettingsTests
{
    private readonly List<SettingsState> _versions = After(Values(("A", "1")), Values(("A", "2"), ("B", "2")), Values(("B", null), ("C", "3")));

    [Fact]
    public void A_rollback_makes_a_new_version_with_exactly_the_old_values()
    {
        foreach (var version in new[] { 0, 1, 2 })
        {
            var decision = SettingsDecisions.RollBack(_versions[^1], new RollBackSettings(version, "u-other"), Version, All);

            var changed = Assert.IsType<SettingsChanged>(Assert.Single(decision.Events));
            Assert.Equal(("u-other", (long?)version), (changed.By, changed.RolledBackTo));
            var then = Then(_versions[^1], decision);
            Assert.Equal((4, true), (then.Version, then.Values.SequenceEqual(_versions[version].Values)));
        }
    }

    [Fact]
    public void A_rollback_to_the_current_version_changes_nothing() =>
        Assert.Empty(SettingsDecisions.RollBack(_versions[^1], new RollBackSettings(3, Admin), Version, All).Events);

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void A_rollback_to_a_version_that_never_was_is_refused(long version) => Assert.Equal(
        new InvalidValue("version", "must be from 0 to 3"),
        SettingsDecisions.RollBack(_versions[^1], new RollBackSettings(version, Admin), Version, All).Refusal);

    [Fact]
    public void A_rollback_of_another_version_than_the_current_one_is_refused() => Assert.Equal(
        new StaleVersion(3), SettingsDecisions.RollBack(_versions[^1], new RollBackSettings(1, Admin, IfMatch(2)), Version, All).Refusal);

    [Fact]
    public void A_value_of_then_that_is_not_taken_any_more_changes_nothing()
    {
        IReadOnlyDictionary<string, string?>? judged = null;

        var decision = SettingsDecisions.RollBack(_versions[^1], new RollBackSettings(1, Admin), Version, proposed =>
        {
            judged = proposed.Changes;
            return new NotReloadable("A");
        });

        Assert.Equal((new NotReloadable("A"), 0), (decision.Refusal, decision.Events.Count));
        Assert.Equal(Values(("A", "1")), judged);
    }

    private SettingsState Version(long version) => _versions[(int)version];
}
