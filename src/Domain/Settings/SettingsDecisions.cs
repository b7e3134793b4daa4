using System.Collections.Immutable;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Settings;

/// <summary>Whether a change may be made. Which keys there are, and what they take, is known to the layer that reads the configuration.</summary>
/// <returns>Null if it may.</returns>
public delegate Refusal? SettingCheck(ProposedSettings proposed);

/// <summary>A change that is judged.</summary>
/// <param name="Changes">The new value by key; null where a key is taken out.</param>
/// <param name="After">All values that would then be set.</param>
/// <param name="Variants">The variants that are judged.</param>
public readonly record struct ProposedSettings(
    IReadOnlyDictionary<string, string?> Changes, IReadOnlyDictionary<string, string> After, IReadOnlyList<SettingsVariant> Variants);

/// <summary>The rules of settings that change while the cluster runs: state and command to events or a refusal. Pure.</summary>
public static class SettingsDecisions
{
    /// <summary>With fewer requests in the minute, a variant is not judged by its failures.</summary>
    public const long LeastRequests = 100;

    /// <summary>Changes values and variants, all or none. Repeating it changes nothing.</summary>
    public static Decision<SettingsEvent> Change(SettingsState settings, ChangeSettings command, SettingCheck check)
    {
        if (command.Condition?.Check(settings.Version) is { } stale)
        {
            return stale;
        }

        var changes = ChangedOf(settings, command.Values);
        var judged = command.Values.Where(value => !IsTakenOut(settings, value)).ToDictionary();
        return check(new ProposedSettings(judged, After(settings, changes), command.Variants ?? [])) is { } refusal
            ? refusal
            : Set(settings, changes, command.Variants ?? settings.Variants, command.By, rolledBackTo: null);
    }

    /// <summary>Sets the values and variants that an earlier version had, and nothing else. Repeating it changes nothing.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="command">Names the earlier version.</param>
    /// <param name="versionOf">The settings as they were at a version that there was.</param>
    /// <param name="check">Whether what held then may be set today.</param>
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

        var then = versionOf(command.Version);
        var changes = ChangedOf(settings, settings.Values.Keys.Union(then.Values.Keys).ToDictionary(key => key, key => then.Values.GetValueOrDefault(key)));

        // What a rollback leaves as it is needs no check: a release may have set it that knows more keys.
        var judged = changes.Where(value => !IsTakenOut(settings, value)).ToDictionary();
        return check(new ProposedSettings(judged, After(settings, changes), [.. then.Variants.Except(settings.Variants)])) is { } refusal
            ? refusal
            : Set(settings, changes, then.Variants, command.By, command.Version);
    }

    /// <summary>
    /// A variant is not to blame where the callers without one fail nearly as often: their share times this is its least share of failures.
    /// </summary>
    private const double TimesTheRest = 3;

    /// <summary>Turns off the variants of which too many requests have failed during the last minute.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="tallies">What all front ends have answered under the variants that there are now.</param>
    /// <param name="most">The share of failed requests, 0 to 1, beyond which a variant is turned off.</param>
    public static Decision<SettingsEvent> TurnOff(SettingsState settings, IEnumerable<VariantTally> tallies, double most)
    {
        var totals = tallies.GroupBy(tally => tally.Name)
            .ToDictionary(group => group.Key, group => (Requests: group.Sum(tally => tally.Requests), Failures: group.Sum(tally => tally.Failures)));
        var rest = totals.GetValueOrDefault(SettingsVariant.None);
        var least = Math.Max(most, rest.Requests < LeastRequests ? 0 : Math.Min(TimesTheRest * rest.Failures / rest.Requests, 1));
        return Set(settings, [], [.. settings.Variants.Select(Judged)], UserId.System, rolledBackTo: null);

        SettingsVariant Judged(SettingsVariant variant) =>
            !variant.IsOff && totals.GetValueOrDefault(variant.Name) is { Requests: >= LeastRequests } total && total.Failures > least * total.Requests
                ? variant with { IsOff = true, Reason = $"{total.Failures} of {total.Requests} requests of a minute failed" }
                : variant;
    }

    private static Decision<SettingsEvent> Set(
        SettingsState settings, Dictionary<string, string?> changes, IReadOnlyList<SettingsVariant> variants, string by, long? rolledBackTo)
    {
        var isSame = variants.SequenceEqual(settings.Variants);
        return changes.Count == 0 && isSame
            ? Decision<SettingsEvent>.Unchanged
            : new SettingsChanged(
                by,
                changes.ToDictionary(change => change.Key, change => new SettingChange(settings.Values.GetValueOrDefault(change.Key), change.Value)),
                rolledBackTo,
                isSame ? null : new VariantsChange(settings.Variants, variants));
    }

    private static Dictionary<string, string?> ChangedOf(SettingsState settings, IEnumerable<KeyValuePair<string, string?>> values) =>
        values.Where(value => settings.Values.GetValueOrDefault(value.Key) != value.Value).ToDictionary();

    /// <summary>A key that is set can always be taken out.</summary>
    private static bool IsTakenOut(SettingsState settings, KeyValuePair<string, string?> value) =>
        value.Value is null && settings.Values.ContainsKey(value.Key);

    private static ImmutableSortedDictionary<string, string> After(SettingsState settings, Dictionary<string, string?> changes) =>
        settings.With(changes.Select(change => (change.Key, change.Value)));
}
