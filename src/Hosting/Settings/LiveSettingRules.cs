using Granary.Domain.Settings;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Settings;

namespace Granary.Hosting.Settings;

/// <summary>Judges a change of the table by the keys of this release and by what this process was started with.</summary>
internal sealed class LiveSettingRules(LiveSettings settings) : ISettingRules
{
    public Refusal? Check(ProposedSettings proposed)
    {
        var faults = new SortedDictionary<string, string>(StringComparer.Ordinal);
        NotReloadable? fixedKey = null;
        foreach (var (name, text) in proposed.Changes)
        {
            Judge(name, text, "");
        }

        for (var i = 0; i < proposed.Variants.Count; i++)
        {
            var prefix = $"variants[{i}].values.";
            foreach (var (name, text) in proposed.Variants[i].Values)
            {
                Judge(name, text, prefix);
                if (!faults.ContainsKey(prefix + name) && LiveSettings.NotOfRequest(name) is { } problem)
                {
                    faults[prefix + name] = problem;
                }
            }
        }

        if (fixedKey is null && faults.Count == 0)
        {
            Try("", () => settings.ReaderWith(proposed.After).CacheTimes());
        }

        return fixedKey is not null ? fixedKey : faults.Count == 0 ? null : new InvalidSettings(faults.ToDictionary());

        void Judge(string name, string? text, string prefix)
        {
            // The exact name: the history and the audit have one name for a key.
            if (SettingKeys.Find(name) is not { } key || key.Name != name)
            {
                faults[prefix + name] = $"is no setting.{SettingsReader.Suggestion(name)}";
            }
            else if (!key.IsLive || settings.FixedHere(key) is not null)
            {
                fixedKey ??= new NotReloadable(name, settings.FixedHere(key));
            }
            else if (text is not null)
            {
                Try(prefix, () => key.Check(text));
            }
        }

        void Try(string prefix, Action check)
        {
            try
            {
                check();
            }
            catch (InvalidConfigurationException fault)
            {
                faults[prefix + fault.Key] = fault.Problem;
            }
        }
    }
}
