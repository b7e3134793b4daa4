using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Settings;

/// <summary>The settings that administrators change while the cluster runs: one grain, with the key <see cref="Key"/>.</summary>
[Alias("granary.settings-grain"), Version(2)]
public interface ISettingsGrain : IGrainWithStringKey
{
    /// <summary>The key of the one grain.</summary>
    const string Key = "0";

    /// <summary>The newest set, at most half a second old, for a process that follows it.</summary>
    /// <param name="known">The version that the process has; -1 for none.</param>
    /// <returns>Null if the process has the newest set.</returns>
    [Alias("refresh"), Idempotent]
    Task<SettingsSet?> Refresh(long known);

    /// <summary>Changes values, all or none.</summary>
    [Alias("change"), Idempotent]
    Task<SettingsReply> Change(ChangeSettings command);

    /// <summary>Makes the values of an earlier version a new version.</summary>
    [Alias("roll-back"), Idempotent]
    Task<SettingsReply> RollBack(RollBackSettings command);

    /// <summary>The changes, newest first.</summary>
    /// <param name="before">Only versions below this one; null for all.</param>
    /// <param name="count">How many at most.</param>
    [Alias("history"), Idempotent]
    Task<IReadOnlyList<SettingsVersion>> History(long? before, int count);

    /// <summary>Takes in what a front end has answered under variants; one that fails too often is turned off.</summary>
    [Alias("judge"), Idempotent]
    Task Judge(VariantReport report);
}
