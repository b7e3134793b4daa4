using System.Text;
using Granary.Domain.Settings;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;
using static Granary.Domain.Tests.Settings.GivenSettings;

namespace Granary.Domain.Tests.Settings;

public sealed class ChangeSettingsTests
{
    [Fact]
    public void A_change_sets_all_its_values_in_one_event_with_what_was_before()
    {
        var given = After(Values(("A", "1"), ("B", "2")))[^1];

        var decision = SettingsDecisions.Change(given, new ChangeSettings(Values(("A", "9"), ("B", null), ("C", "3")), Admin), All);

        var changed = Assert.IsType<SettingsChanged>(Assert.Single(decision.Events));
        Assert.Equal((Admin, null), (changed.By, changed.RolledBackTo));
        Assert.Equal(
            [("A", "1", "9"), ("B", "2", null), ("C", null, "3")],
            changed.Changes.OrderBy(change => change.Key, StringComparer.Ordinal).Select(change => (change.Key, change.Value.From, change.Value.To)));
        var then = Then(given, decision);
        Assert.Equal(2, then.Version);
        Assert.Equal([KeyValuePair.Create("A", "9"), KeyValuePair.Create("C", "3")], then.Values);
    }

    [Fact]
    public void A_change_to_what_is_set_already_makes_no_version()
    {
        var given = After(Values(("A", "1")))[^1];

        Assert.Empty(SettingsDecisions.Change(given, new ChangeSettings(Values(("A", "1"), ("B", null)), Admin), All).Events);
    }

    [Fact]
    public void A_change_of_another_version_than_the_current_one_is_refused()
    {
        var given = After(Values(("A", "1")))[^1];

        Assert.Equal(new StaleVersion(1), SettingsDecisions.Change(given, new ChangeSettings(Values(("A", "2")), Admin, IfMatch(0)), All).Refusal);
        Assert.Single(SettingsDecisions.Change(given, new ChangeSettings(Values(("A", "2")), Admin, IfMatch(1)), All).Events);
        Assert.Single(SettingsDecisions.Change(After()[0], new ChangeSettings(Values(("A", "2")), Admin, IfMatch(0)), All).Events);
    }

    [Fact]
    public void A_change_with_a_value_that_is_not_taken_changes_nothing()
    {
        var given = After(Values(("A", "1"), ("B", "2")))[^1];
        IReadOnlyDictionary<string, string>? judged = null;

        var decision = SettingsDecisions.Change(given, new ChangeSettings(Values(("A", "x"), ("C", "3")), Admin), proposed =>
        {
            judged = proposed.After;
            return new NotReloadable("A");
        });

        Assert.Equal(new NotReloadable("A"), decision.Refusal);
        Assert.Empty(decision.Events);
        Assert.Equal(["A=x", "B=2", "C=3"], judged!.Select(value => $"{value.Key}={value.Value}"));
    }

    [Fact]
    public void A_key_that_is_set_can_always_be_taken_out_and_one_that_is_not_set_is_checked()
    {
        var given = After(Values(("A", "1")))[^1];
        IReadOnlyDictionary<string, string?>? judged = null;

        SettingsDecisions.Change(given, new ChangeSettings(Values(("A", null), ("B", null)), Admin), proposed =>
        {
            judged = proposed.Changes;
            return null;
        });

        Assert.Equal(Values(("B", null)), judged);
    }

    [Fact]
    public void A_change_is_stored_under_these_names()
    {
        var changed = new SettingsChanged(Admin, new Dictionary<string, SettingChange> { ["Granary:A"] = new(null, "1"), ["Granary:B"] = new("2", null) }, 3);

        Assert.Equal(
            ("settings.changed", """{"by":"u-admin","changes":{"Granary:A":{"to":"1"},"Granary:B":{"from":"2"}},"rolled_back_to":3}"""),
            (SettingsEvent.Codec.NameOf(changed), Encoding.UTF8.GetString(SettingsEvent.Codec.Encode(changed, Tests.Given.Noon, null).Payload.Span)));
    }
}
