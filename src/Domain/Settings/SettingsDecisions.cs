using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Domain.Settings;

/// <summary>Whether values may be set. Which keys there are, and what they take, is known to the layer that reads the configuration.</summary>
/// <param name="changes">The new value by key; null where a key is taken out.</param>
/// <param name="after">All values that would then be set.</param>
/// <returns>Null if they may.</returns>
public delegate Refusal? SettingCheck(IReadOnlyDictionary<string, string?> changes, IReadOnlyDictionary<string, string> after);

/// <summary>The rules of settings that change while the cluster runs: state and command to events or a refusal. Pure.</summary>
public static class SettingsDecisions
{
    /// <summary>Changes values, all or none. Repeating it changes nothing.</summary>
    public static Decision<SettingsEvent> Change(SettingsState settings, ChangeSettings command, SettingCheck check) =>
        command.Condition?.Check(settings.Version) is { } stale ? stale : Set(settings, command.Values, command.By, rolledBackTo: null, check);

    /// <summary>Sets what an earlier version had, and nothing else. Repeating it changes nothing.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="command">Names the earlier version.</param>
    /// <param name="versionOf">The settings as they were at a version that there was.</param>
    /// <param name="check">Whether the values of then may be set today.</param>
    public static Decision<SettingsEvent> RollBack(
        SettingsState settings, RollBackSettings command, Func<long, SettingsState> versionOf, SettingCheck check)
    {
        if (command.Condition?.Check(settings.Version) is { } stale)
        {
            return stale;
        }

        if (command.Version < 0 || command.Version > settings.Version)
        {
            return new InvalidValue("version", $"must be from 0 to {settings.Version}");
        }

        var then = versionOf(command.Version).Values;
        var values = settings.Values.Keys.Union(then.Keys).ToDictionary(key => key, key => then.GetValueOrDefault(key));
        return Set(settings, values, command.By, command.Version, check);
    }

    private static Decision<SettingsEvent> Set(
        SettingsState settings, IReadOnlyDictionary<string, string?> values, string by, long? rolledBackTo, SettingCheck check)
    {
        var changes = values.Where(value => settings.Values.GetValueOrDefault(value.Key) != value.Value).ToDictionary();

        // A key that is set can always be taken out, and what a rollback leaves as it is needs no check: a release may have set it that knows
        // more keys.
        var judged = (rolledBackTo is null ? values : changes).Where(value => value.Value is not null || !settings.Values.ContainsKey(value.Key)).ToDictionary();
        if (check(judged, settings.With(changes.Select(change => (change.Key, change.Value)))) is { } refusal)
        {
            return refusal;
        }

        return changes.Count == 0
            ? Decision<SettingsEvent>.Unchanged
            : new SettingsChanged(
                by,
                changes.ToDictionary(change => change.Key, change => new SettingChange(settings.Values.GetValueOrDefault(change.Key), change.Value)),
                rolledBackTo);
    }
}
