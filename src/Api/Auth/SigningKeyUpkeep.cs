using Granary.Hosting.Auth;

namespace Granary.Api.Auth;

/// <summary>Reads the signing keys before the first request and refreshes them.</summary>
public sealed partial class SigningKeyUpkeep(SigningKeyRing ring, TimeProvider time, ILogger<SigningKeyUpkeep> logger)
    : BackgroundService
{
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryRefreshAsync(cancellationToken))
        {
            // The database is still starting: without keys the API cannot answer requests.
            await Task.Delay(StartPause, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SigningKeyRing.ReloadInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // If the refresh fails, the current keys stay in use; a new key signs only after several of these intervals.
            await TryRefreshAsync(stoppingToken);
        }
    }

    private async Task<bool> TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ring.RefreshAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is IOException or System.Data.Common.DbException)
        {
            LogStale(exception);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The signing keys could not be read")]
    private partial void LogStale(Exception exception);
}
