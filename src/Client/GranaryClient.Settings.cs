namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Reads the settings that can change while the product runs.</summary>
    public Task<ProductSettings> GetSettingsAsync(CancellationToken cancellationToken = default) =>
        GetAsync("settings", ClientJson.Default.ProductSettings, cancellationToken);

    /// <summary>Changes settings, all or none; every process obeys within two seconds.</summary>
    /// <param name="values">The new value by key, as the configuration takes it; null takes the key out of the table.</param>
    /// <param name="version">The version that the caller has seen; if it is not the current one any more, nothing changes. Null for any.</param>
    /// <exception cref="GranaryProblemException">
    /// <c>validation</c>: a key is unknown, or does not take its value; <c>not-reloadable</c>: a key holds from the start of a process to its
    /// end; <c>precondition-failed</c>: the version is not the current one.
    /// </exception>
    public Task<ProductSettings> ChangeSettingsAsync(
        IReadOnlyDictionary<string, string?> values, long? version = null, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Put, "settings", Body(new SettingValues(values), ClientJson.Default.SettingValues), ClientJson.Default.ProductSettings,
            repeatable: version is null, cancellationToken, version: version);

    /// <summary>Reads the changes of the settings, newest first, page by page.</summary>
    public IAsyncEnumerable<SettingsVersion> ListSettingsHistoryAsync(CancellationToken cancellationToken = default) =>
        PagesAsync("settings/history?", ClientJson.Default.SettingsHistoryPage, cancellationToken);

    /// <summary>Sets the values of an earlier version again, as a new version.</summary>
    /// <param name="to">The earlier version; 0 empties the table.</param>
    /// <param name="version">The version that the caller has seen; null for any.</param>
    public Task<ProductSettings> RollBackSettingsAsync(long to, long? version = null, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post, "settings/rollback", Body(new SettingsRollback(to), ClientJson.Default.SettingsRollback), ClientJson.Default.ProductSettings,
            repeatable: version is null, cancellationToken, version: version);
}

/// <summary>The settings that can change while the product runs.</summary>
/// <param name="Version">Grows by one with every change; 0 before the first.</param>
/// <param name="Values">Every such setting, by key.</param>
public sealed record ProductSettings(long Version, IReadOnlyDictionary<string, Setting> Values);

/// <summary>A setting.</summary>
/// <param name="Value">What holds.</param>
/// <param name="Default">What holds where it is not set.</param>
/// <param name="Source">Where the value comes from: <c>table</c>, <c>file</c>, <c>configuration</c> or <c>default</c>.</param>
public sealed record Setting(string Value, string Default, string Source);

/// <summary>One change of the settings.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="By">The id of the administrator.</param>
/// <param name="Changes">What it changed, by key.</param>
/// <param name="RolledBackTo">The earlier version whose values it set again; null for a change by value.</param>
public sealed record SettingsVersion(
    long Version, DateTimeOffset At, string By, IReadOnlyDictionary<string, SettingChange> Changes, long? RolledBackTo = null);

/// <summary>From what to what a setting was changed in the table; null is not set.</summary>
public sealed record SettingChange(string? From = null, string? To = null);
