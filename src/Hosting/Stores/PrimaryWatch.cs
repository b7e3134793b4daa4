using Granary.Journal.PostgreSql;

namespace Granary.Hosting.Stores;

/// <summary>
/// Asks every host of the connection string once a second for its state: so a process learns within a second that a standby was promoted,
/// also while its connections lead to an old primary that still answers.
/// </summary>
internal sealed partial class PrimaryWatch(PostgreSqlServers servers, TimeProvider clock, ILogger<PrimaryWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>The states as they were told last, in the order of the connection string; empty before the first answer.</summary>
    public IReadOnlyList<ServerState> Latest { get; private set; } = [];

    /// <summary>The primary that is used; null where none answered.</summary>
    public ServerState? Primary => Latest.FirstOrDefault(
        state => state is { IsReachable: true, IsStandby: false } && state.History.Timeline == servers.Fence.Timeline);

    /// <summary>How many hosts of the connection string do not follow the primary; 0 where there is only one, or nothing is known yet.</summary>
    public int Missing => Latest.Count == 0 ? 0 : Math.Max(0, Latest.Count - 1 - (Primary?.Standbys.Count ?? 0));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        do
        {
            try
            {
                Latest = await servers.LookAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LookFailed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hosts of the database could not be asked for their state; they are asked again.")]
    private partial void LookFailed(Exception fault);
}
