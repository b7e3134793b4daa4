using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Granary.Grains.Interfaces.Settings;
using Granary.Hosting.Telemetry;

namespace Granary.Hosting.Settings;

/// <summary>
/// The settings that hold in this process: the table of the cluster over mounted files over the configuration of the start. A change of
/// any of them makes one new snapshot, which is published with one write: keys that change together are never seen half changed.
/// </summary>
public sealed class LiveSettings : IDisposable
{
    private readonly Lock _turn = new();
    private readonly Meter _meter = new("Granary.Settings");
    private readonly StartSettings _start;
    private readonly IReadOnlyList<LivePart> _parts;
    private readonly Dictionary<string, string?> _base;
    private readonly bool _isTracing;
    private SettingsSet _table = new(0, new Dictionary<string, string>());
    private IReadOnlyDictionary<string, string> _files;
    private SettingsSnapshot _now;

    /// <param name="start">What the process was started with.</param>
    /// <param name="parts">The options that are read from it.</param>
    public LiveSettings(StartSettings start, IEnumerable<LivePart> parts)
    {
        ArgumentNullException.ThrowIfNull(start);
        (_start, _parts, _files) = (start, [.. parts], start.Files);
        _base = new Dictionary<string, string?>(start.Configuration, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, text) in start.Files.Where(file => SettingKeys.Find(file.Key) is not { IsLive: true }))
        {
            _base[name] = text;
        }

        _isTracing = TelemetryOptions.From(ReaderOver()).Tracing;
        _now = Build(_table, _files);
        _meter.CreateObservableGauge("settings_version", () => Now.Version, description: "The version of the settings that the process obeys.");
    }

    /// <summary>What holds now. A decision that needs several values reads this once.</summary>
    public SettingsSnapshot Now => Volatile.Read(ref _now);

    /// <summary>The version of the table that the process obeys; -1 before it has one, and where it could not read what it was given.</summary>
    internal long Known { get; private set; } = -1;

    /// <summary>Raised after another snapshot was published.</summary>
    public event Action? Changed;

    /// <summary>Takes the table of the cluster in.</summary>
    public void Take(SettingsSet table)
    {
        ArgumentNullException.ThrowIfNull(table);
        lock (_turn)
        {
            _table = table;
            Known = TryPublish() ? table.Version : -1;
        }
    }

    /// <summary>Takes the mounted files in, all or none.</summary>
    /// <returns>Why those before hold on; null where these hold.</returns>
    internal string? TakeFiles(IReadOnlyDictionary<string, string> files)
    {
        lock (_turn)
        {
            if (files.Count == _files.Count && files.All(file => _files.TryGetValue(file.Key, out var text) && text == file.Value))
            {
                return null;
            }

            var refused = files.Where(file => SettingKeys.Find(file.Key) is { IsLive: true }).OrderBy(file => file.Key, StringComparer.Ordinal)
                .Select(file => Problem(file.Key, file.Value) is { } problem ? $"{file.Key} {problem}" : null).OfType<string>().ToList();
            if (refused.Count > 0)
            {
                return string.Join(' ', refused);
            }

            _files = files;
            if (!TryPublish())
            {
                Known = -1;
            }

            return null;
        }
    }

    /// <summary>What this process would obey with a table that it may not have yet, or not any more.</summary>
    public SettingsSnapshot With(SettingsSet table)
    {
        ArgumentNullException.ThrowIfNull(table);
        lock (_turn)
        {
            try
            {
                return Build(table, _files);
            }
            catch (InvalidConfigurationException)
            {
                // As in TryPublish: what the process obeys stays.
                return _now;
            }
        }
    }

    /// <summary>Why a key cannot change in this process although it is live; null where it can.</summary>
    internal string? FixedHere(SettingKey key) =>
        key == SettingKeys.TraceRatio && !_isTracing
            ? $"the process was started without tracing, that is without {SettingKeys.Collector} and without {SettingKeys.TraceRatio}"
            : null;

    /// <summary>Reads what the files would say with another table.</summary>
    internal SettingsReader ReaderWith(IReadOnlyDictionary<string, string> table) =>
        ReaderOver([.. Volatile.Read(ref _files).Where(file => Problem(file.Key, file.Value) is null)], table);

    /// <summary>Reads what the process was started with, and layers of values over it.</summary>
    private SettingsReader ReaderOver(params IEnumerable<KeyValuePair<string, string>>[] layers) => new(layers
        .Aggregate(
            new ConfigurationBuilder().AddInMemoryCollection(_base),
            (configuration, layer) => configuration.AddInMemoryCollection(layer.Select(value => KeyValuePair.Create(value.Key, (string?)value.Value))))
        .Build());

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private bool TryPublish()
    {
        try
        {
            Volatile.Write(ref _now, Build(_table, _files));
        }
        catch (InvalidConfigurationException fault)
        {
            // Not even what the process was started with can be read any more, such as a secret whose file is gone.
            Volatile.Write(ref _now, _now.WithProblem(fault.Key, fault.Problem));
            return false;
        }

        Changed?.Invoke();
        return true;
    }

    private SettingsSnapshot Build(SettingsSet table, IReadOnlyDictionary<string, string> files)
    {
        var ignored = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var values = new Dictionary<string, SettingInForce>(StringComparer.OrdinalIgnoreCase);
        Lay(files.Where(file => !IsOfTheStart(file)), SettingSource.File);
        Lay(table.Values, SettingSource.Table);
        var parts = PartsOf([], values, prefix: "");
        return new SettingsSnapshot(parts, table.Variants.Where(variant => !variant.IsOff).ToFrozenDictionary(variant => variant.Name, PartsUnder))
        {
            Version = table.Version,
            Values = InForce(values),
            Variants = table.Variants,
            VariantsSince = table.VariantsSince,
            Ignored = ignored,
        };

        FrozenDictionary<Type, object> PartsUnder(SettingsVariant variant)
        {
            var own = new Dictionary<string, SettingInForce>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, text) in variant.Values)
            {
                if ((Problem(name, text) ?? NotOfRequest(name)) is { } problem)
                {
                    ignored[PrefixOf(variant) + name] = problem;
                }
                else
                {
                    own[name] = new SettingInForce(text, SettingSource.Table);
                }
            }

            return PartsOf(values, own, PrefixOf(variant));
        }

        // Reads the parts over others; what is good by itself, and not beside the rest, is left out.
        FrozenDictionary<Type, object> PartsOf(Dictionary<string, SettingInForce> others, Dictionary<string, SettingInForce> own, string prefix)
        {
            while (true)
            {
                try
                {
                    var reader = ReaderOver(TextsOf(others), TextsOf(own));
                    return _parts.ToFrozenDictionary(part => part.Type, part => part.Read(reader));
                }
                catch (InvalidConfigurationException fault) when (own.Count > 0)
                {
                    foreach (var key in own.Remove(fault.Key) ? [fault.Key] : own.Keys.ToList())
                    {
                        own.Remove(key);
                        ignored[prefix + key] = $"does not hold, because {fault.Key} {fault.Problem}";
                    }
                }
            }
        }

        void Lay(IEnumerable<KeyValuePair<string, string>> layer, SettingSource source)
        {
            foreach (var (name, text) in layer)
            {
                if (Problem(name, text) is { } problem)
                {
                    ignored[name] = problem;
                }
                else
                {
                    values[name] = new SettingInForce(text, source);
                }
            }
        }
    }

    /// <summary>Why a variant cannot set a key; null where it can.</summary>
    internal static string? NotOfRequest(string name) =>
        SettingKeys.Find(name) is { IsOfRequest: true } ? null : "holds for all requests, and no variant can set it";

    private static string PrefixOf(SettingsVariant variant) => $"variants.{variant.Name}.";

    private static IEnumerable<KeyValuePair<string, string>> TextsOf(Dictionary<string, SettingInForce> values) =>
        values.Select(value => KeyValuePair.Create(value.Key, value.Value.Text));

    /// <summary>A file that the start has read for good, or one for another reader, such as Serilog.</summary>
    private bool IsOfTheStart(KeyValuePair<string, string> file) =>
        SettingKeys.Find(file.Key) is not { IsLive: true } && _start.Files.TryGetValue(file.Key, out var text) && text == file.Value;

    private string? Problem(string name, string text)
    {
        if (SettingKeys.Find(name) is not { } key)
        {
            return name.StartsWith("Granary:", StringComparison.OrdinalIgnoreCase)
                ? "is no setting of this release"
                : "is read at the start of the process alone, if at all";
        }

        if (!key.IsLive)
        {
            return "takes effect at the next start of the process";
        }

        try
        {
            key.Check(text);
            return FixedHere(key);
        }
        catch (InvalidConfigurationException fault)
        {
            return fault.Problem;
        }
    }

    private FrozenDictionary<string, SettingInForce> InForce(Dictionary<string, SettingInForce> values) => SettingKeys.All.Where(key => key.IsLive).ToFrozenDictionary(
        key => key.Name,
        key => values.GetValueOrDefault(key.Name)
            ?? (_base.GetValueOrDefault(key.Name) is { Length: > 0 } text ? new SettingInForce(text, SettingSource.Configuration)
                : new SettingInForce(key.Default, SettingSource.Default)),
        StringComparer.Ordinal);
}

/// <summary>What a process was started with.</summary>
/// <param name="Configuration">Arguments, environment and so on, by key.</param>
/// <param name="Directory"><c>Granary:Settings:Directory</c>, or null.</param>
/// <param name="Files">The values of its files, by key.</param>
public sealed record StartSettings(
    IReadOnlyDictionary<string, string?> Configuration, string? Directory, IReadOnlyDictionary<string, string> Files);

/// <summary>Options that are read anew for every snapshot.</summary>
/// <param name="Type">Their type.</param>
/// <param name="Read">Reads them.</param>
public sealed record LivePart(Type Type, Func<SettingsReader, object> Read);
