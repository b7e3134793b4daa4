using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Settings;

namespace Granary.Hosting.Settings;

/// <summary>Judges a change of the table by the keys of this release and by what this process was started with.</summary>
internal sealed class LiveSettingRules(LiveSettings settings) : ISettingRules
{
    public Refusal? Check(IReadOnlyDictionary<string, string?> changes, IReadOnlyDictionary<string, string> after)
    {
        var faults = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in changes)
        {
            // The exact name: the history and the audit have one name for a key.
            if (SettingKeys.Find(name) is not { } key || key.Name != name)
            {
                faults[name] = $"is no setting.{SettingsReader.Suggestion(name)}";
            }
            else if (!key.IsLive || settings.FixedHere(key) is not null)
            {
                return new NotReloadable(name, settings.FixedHere(key));
            }
            else if (text is not null)
            {
                Try(() => key.Check(text));
            }
        }

        if (faults.Count == 0)
        {
            Try(() => settings.ReaderWith(after).CacheTimes());
        }

        return faults.Count == 0 ? null : new InvalidSettings(faults.ToDictionary());

        void Try(Action check)
        {
            try
            {
                check();
            }
            catch (InvalidConfigurationException fault)
            {
                faults[fault.Key] = fault.Problem;
            }
        }
    }
}
