using Granary.Hosting.Settings;
using Granary.Journal.PostgreSql;

namespace Granary.Hosting.Sites;

/// <summary>
/// Runs a program of a site as what the site is: while its database is the primary, the program as everywhere; while it is a standby, one that only
/// reads. Where there is one site, there is nothing to choose.
/// </summary>
public static class SiteRun
{
    /// <summary>Runs the program until it is told to stop.</summary>
    /// <param name="build">Composes the process; the argument says whether it only reads.</param>
    /// <param name="configuration">The settings, by which it is known whether there are several sites.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    /// <exception cref="CannotStartException">It took writes, and another site does now.</exception>
    public static async Task RunAsync(IConfiguration configuration, Func<bool, WebApplication> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        while (await RunOnceAsync(build, await IsIdleAsync(configuration)) is not null)
        {
            // It was idle, and now its site takes the writes.
        }
    }

    /// <returns>The site that takes writes since; null where the program was told to stop.</returns>
    private static async Task<string?> RunOnceAsync(Func<bool, WebApplication> build, bool isIdle)
    {
        await using var app = build(isIdle);
        await app.RunUntilStoppedAsync();
        var writer = app.Services.GetService<SiteWatch>()?.Writer;

        // What a process that has written still holds in memory must not live on in one that reads: its supervisor starts it anew.
        return writer is null || isIdle ? writer : throw new CannotStartException(
            ExitCodes.Unavailable, $"Site {writer} takes the writes now, so this process of another site has ended. Started again, it reads.");
    }

    /// <summary>Whether another site takes writes, or the database of this one is a standby.</summary>
    private static async Task<bool> IsIdleAsync(IConfiguration configuration)
    {
        var settings = new SettingsReader(configuration);
        if (settings.Read(SettingKeys.Site) is null)
        {
            return false;
        }

        var options = PlatformSettings.From(settings);
        if (options.Site is not { } site)
        {
            return false;
        }

        await using var servers = new PostgreSqlServers(options.PostgreSql!, site: site);
        var states = await servers.LookAsync(CancellationToken.None);
        return servers.OnlyReads(states);
    }
}
