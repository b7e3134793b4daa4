using Granary.Hosting.Settings;
using Granary.Journal.PostgreSql;

namespace Granary.Hosting.Sites;

/// <summary>
/// Ends what a process of a site is doing when the site has begun, or ceased, to take writes (<see cref="SiteRun"/>). A primary that is away changes
/// nothing; only another one does.
/// </summary>
/// <param name="isIdle">Whether the process only reads.</param>
internal sealed partial class SiteWatch(
    PostgreSqlServers servers, bool isIdle, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<SiteWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>The site that takes writes now, where the process ends for that reason; otherwise null.</summary>
    public string? Writer { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        do
        {
            if (servers.WritingSite is { } writer && (writer == servers.Site!.Name) == isIdle)
            {
                Writer = writer;
                Changed(writer, servers.Site.Name);
                lifetime.StopApplication();
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Site {Writer} takes the writes now. This process of site {Site} ends what it was doing.")]
    private partial void Changed(string writer, string site);
}

/// <summary>Composes what a process of a site needs beside the rest.</summary>
internal static class SiteWatchSetup
{
    /// <summary>Adds the watch, where there are several sites.</summary>
    public static void AddSiteWatch(this IServiceCollection services, PlatformSettings options, bool isIdle)
    {
        if (options.Site is not null)
        {
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SiteWatch>(provider, isIdle));
            services.AddHostedService(provider => provider.GetRequiredService<SiteWatch>());
        }
    }
}
