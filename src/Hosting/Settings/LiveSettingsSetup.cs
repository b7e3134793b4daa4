using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Settings;

namespace Granary.Hosting.Settings;

/// <summary>Composes the settings that change while a process runs.</summary>
public static class LiveSettingsSetup
{
    /// <summary>
    /// Adds them, and the files of <c>Granary:Settings:Directory</c> to the configuration. It must precede what reads the configuration;
    /// a second call does nothing.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The directory cannot be read.</exception>
    public static void AddLiveSettings(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ServiceType == typeof(StartSettings)))
        {
            return;
        }

        var start = builder.Configuration.AsEnumerable().Where(setting => setting.Value is not null)
            .ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.OrdinalIgnoreCase);
        var directory = builder.Settings().Read(SettingKeys.SettingsDirectory);
        IReadOnlyDictionary<string, string> files = new Dictionary<string, string>();
        if (directory is not null && !SettingsFiles.TryRead(directory, out files, out var problem))
        {
            throw new InvalidConfigurationException(SettingKeys.SettingsDirectory, $"names {directory}, which cannot be read: {problem}");
        }

        builder.Configuration.AddInMemoryCollection(files.Select(file => KeyValuePair.Create(file.Key, (string?)file.Value)));
        builder.Services.AddSingleton(new StartSettings(start, directory, files));
        builder.Services.AddSingleton<LiveSettings>();
        builder.Services.AddSingleton<ISettingRules, LiveSettingRules>();
    }

    /// <summary>Adds options that may change while the process runs, as <see cref="ICurrent{T}"/>.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid: the program stops before anything starts.</exception>
    public static void AddLive<T>(this IHostApplicationBuilder builder, Func<SettingsReader, T> read)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddLiveSettings();
        read(builder.Settings());
        builder.Services.AddSingleton(new LivePart(typeof(T), read));
        builder.Services.AddSingleton<ICurrent<T>, CurrentPart<T>>();
    }

    /// <summary>Adds what follows the table. It must come after the silo or the client of the cluster: services start in the order in which they are added.</summary>
    internal static void AddSettingsFollower(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SettingsFollower>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<SettingsFollower>());
    }

    private sealed class CurrentPart<T>(LiveSettings settings) : ICurrent<T>
        where T : class
    {
        public T Value => settings.Now.Get<T>();

        public T Of(string? variant) => settings.Now.Get<T>(variant);
    }
}
