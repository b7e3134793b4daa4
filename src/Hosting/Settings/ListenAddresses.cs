namespace Granary.Hosting.Settings;

/// <summary>One address to listen on.</summary>
/// <param name="Key">The key of the configuration that names it.</param>
/// <param name="Address">Such as <c>http://localhost:5080</c>.</param>
internal sealed record ListenAddress(string Key, string Address);

/// <summary>Where a process listens, by the same precedence as ASP.NET Core: one source hides those after it.</summary>
internal static class ListenAddresses
{
    // Kestrel's own, where nothing is configured.
    private const string Default = "http://localhost:5000";

    /// <exception cref="InvalidConfigurationException">A value is no address or port to listen on.</exception>
    public static IReadOnlyList<ListenAddress> From(IConfiguration configuration)
    {
        var settings = new SettingsReader(configuration);
        IReadOnlyList<ListenAddress>[] sources =
        [
            [
                .. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint.GetSection("Url"))
                    .Where(url => url.Value is not null).Select(url => new ListenAddress(url.Path, url.Value!)),
            ],
            [.. settings.Read(SettingKeys.Urls).Select(address => new ListenAddress(SettingKeys.Urls.Name, address))],
            [
                .. settings.Read(SettingKeys.HttpPorts).Select(port => new ListenAddress(SettingKeys.HttpPorts.Name, $"http://*:{port}")),
                .. settings.Read(SettingKeys.HttpsPorts).Select(port => new ListenAddress(SettingKeys.HttpsPorts.Name, $"https://*:{port}")),
            ],
        ];
        return sources.FirstOrDefault(addresses => addresses.Count > 0) ?? [new ListenAddress(SettingKeys.Urls.Name, Default)];
    }
}
