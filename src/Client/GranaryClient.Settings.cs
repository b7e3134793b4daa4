namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Reads the settings that can change while the product runs.</summary>
    public Task<ProductSettings> GetSettingsAsync(CancellationToken cancellationToken = default) =>
        GetAsync("settings", ClientJson.Default.ProductSettings, cancellationToken);

    /// <summary>Changes settings, all or none; every process obeys within two seconds.</summary>
    /// <param name="values">The new value by key, as the configuration takes it; null takes the key out of the table.</param>
    /// <param name="variants">All variants, in the order in which they decide, instead of those that there are; null leaves them.</param>
    /// <param name="version">The version that the caller has seen; if it is not the current one any more, nothing changes. Null for any.</param>
    /// <exception cref="GranaryProblemException">
    /// <c>validation</c>: a key is unknown, or does not take its value; <c>not-reloadable</c>: a key holds from the start of a process to its
    /// end; <c>precondition-failed</c>: the version is not the current one.
    /// </exception>
    public Task<ProductSettings> ChangeSettingsAsync(
        IReadOnlyDictionary<string, string?> values,
        long? version = null,
        IReadOnlyList<SettingsVariant>? variants = null,
        CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Put, "settings", Body(new SettingValues(values, variants), ClientJson.Default.SettingValues), ClientJson.Default.ProductSettings,
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
/// <param name="Variants">The variants, in the order in which they decide.</param>
public sealed record ProductSettings(long Version, IReadOnlyDictionary<string, Setting> Values, IReadOnlyList<SettingsVariant> Variants);

/// <summary>Values that hold for some requests, and for the orders that these place.</summary>
/// <param name="Name">1 to 32 of a–z, 0–9, - and _.</param>
/// <param name="Match">Which requests it holds for.</param>
/// <param name="Values">The values by key.</param>
/// <param name="Enabled">Whether it decides requests.</param>
/// <param name="Reason">Why it is turned off.</param>
public sealed record SettingsVariant(
    string Name, VariantMatch Match, IReadOnlyDictionary<string, string> Values, bool Enabled = true, string? Reason = null);

/// <summary>Which requests a variant holds for: those that have the header, of the share of users.</summary>
/// <param name="Header">A header that counts from API keys, operators and administrators; null for any request.</param>
/// <param name="Percent">The share of users, 0 to 100; null for all.</param>
public sealed record VariantMatch(VariantHeader? Header = null, decimal? Percent = null);

/// <summary>A header of a request.</summary>
public sealed record VariantHeader(string Name, string Value);

/// <summary>A setting.</summary>
/// <param name="Value">What holds.</param>
/// <param name="Default">What holds where it is not set.</param>
/// <param name="Source">Where the value comes from: <c>table</c>, <c>file</c>, <c>configuration</c> or <c>default</c>.</param>
/// <param name="Meaning">What it is for, in one line.</param>
/// <param name="Takes">The values that it takes.</param>
/// <param name="InVariants">Whether a variant can have a value of its own.</param>
/// <param name="Choices">The values to choose from; null where there are more than a few.</param>
public sealed record Setting(
    string Value, string Default, string Source, string? Meaning = null, string? Takes = null, bool InVariants = false, IReadOnlyList<string>? Choices = null);

/// <summary>One change of the settings.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="By">The id of the administrator.</param>
/// <param name="Changes">What it changed, by key.</param>
/// <param name="RolledBackTo">The earlier version whose values it set again; null for a change by value.</param>
/// <param name="Variants">From which variants to which; null where they stayed.</param>
public sealed record SettingsVersion(
    long Version,
    DateTimeOffset At,
    string By,
    IReadOnlyDictionary<string, SettingChange> Changes,
    long? RolledBackTo = null,
    VariantsChange? Variants = null);

/// <summary>From which variants to which the settings were changed.</summary>
public sealed record VariantsChange(IReadOnlyList<SettingsVariant> From, IReadOnlyList<SettingsVariant> To);

/// <summary>From what to what a setting was changed in the table; null is not set.</summary>
public sealed record SettingChange(string? From = null, string? To = null);
