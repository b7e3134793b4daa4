using Granary.Journal.PostgreSql;

namespace Granary.Hosting.Stores;

/// <summary>
/// Asks every host of the connection string once a second for its state: so a process learns within a second that a standby was promoted,
/// also while its connections lead to an old primary that still answers.
/// </summary>
/// <param name="database">The number of the database within the journal.</param>
internal sealed partial class PrimaryWatch(int database, PostgreSqlServers servers, TimeProvider clock, ILogger<PrimaryWatch> log)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>The number of the database within the journal.</summary>
    public int Database => database;

    /// <summary>Why servers are refused; empty where none is.</summary>
    public IReadOnlyList<string> Refusals => servers.Fence.Refusals;

    /// <summary>The states as they were told last, in the order of the connection string; empty before the first answer.</summary>
    public IReadOnlyList<ServerState> Latest { get; private set; } = [];

    /// <summary>The primary that is used; null where none answered.</summary>
    public ServerState? Primary => Latest.FirstOrDefault(
        state => state is { IsReachable: true, IsStandby: false } && state.History.Timeline == servers.Fence.Timeline);

    /// <summary>How many hosts of the connection string do not follow the primary; 0 where there is only one, or nothing is known yet.</summary>
    public int Missing => Latest.Count == 0 ? 0 : Math.Max(0, Latest.Count - 1 - (Primary?.Standbys.Count ?? 0));

    /// <summary>Asks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
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

/// <summary>The <see cref="PrimaryWatch"/> of each database of the journal.</summary>
internal sealed class PrimaryWatches(IReadOnlyList<PrimaryWatch> all) : BackgroundService
{
    /// <summary>One for each, in the order of their numbers.</summary>
    public IReadOnlyList<PrimaryWatch> All => all;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(all.Select(watch => watch.RunAsync(stoppingToken)));
}
