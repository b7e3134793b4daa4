namespace Granary.Hosting.Settings;

/// <summary>Where a process listens, by the same precedence as ASP.NET Core: one source hides those after it.</summary>
internal static class ListenAddresses
{
    // Kestrel's own, where nothing is configured.
    private const string Default = "http://localhost:5000";

    /// <exception cref="InvalidConfigurationException">A value is no address or port to listen on.</exception>
    public static IReadOnlyList<string> From(IConfiguration configuration)
    {
        var settings = new SettingsReader(configuration);
        IReadOnlyList<string>[] sources =
        [
            [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>()],
            settings.Read(SettingKeys.Urls),
            [
                .. settings.Read(SettingKeys.HttpPorts).Select(port => $"http://*:{port}"),
                .. settings.Read(SettingKeys.HttpsPorts).Select(port => $"https://*:{port}"),
            ],
        ];
        return sources.FirstOrDefault(addresses => addresses.Count > 0) ?? [Default];
    }
}
