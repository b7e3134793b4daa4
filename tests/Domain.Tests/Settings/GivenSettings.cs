using Granary.Domain.Events;
using Granary.Domain.Settings;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Domain.Tests.Settings;

/// <summary>Settings for the tests of their decisions.</summary>
internal static class GivenSettings
{
    public const string Admin = "u-admin";

    /// <summary>Takes every value.</summary>
    public static readonly SettingCheck All = _ => null;

    public static Dictionary<string, string?> Values(params (string Key, string? Value)[] values) => values.ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>The states after each of these changes, the empty one first.</summary>
    public static List<SettingsState> After(params Dictionary<string, string?>[] changes)
    {
        List<SettingsState> states = [SettingsState.Initial("0")];
        foreach (var values in changes)
        {
            states.Add(Then(states[^1], SettingsDecisions.Change(states[^1], new ChangeSettings(values, Admin), All)));
        }

        return states;
    }

    public static SettingsState Then(SettingsState settings, Decision<SettingsEvent> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Events.Aggregate(settings, (state, happened) => state.Apply(happened, Tests.Given.Noon));
    }

    public static Precondition IfMatch(long version) => new(new VersionSet([version]));
}
