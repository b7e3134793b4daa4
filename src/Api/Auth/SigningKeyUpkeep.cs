using Granary.Hosting.Auth;

namespace Granary.Api.Auth;

/// <summary>Has the signing keys read before the first request, and keeps them fresh.</summary>
public sealed partial class SigningKeyUpkeep(SigningKeyRing ring, TimeProvider time, ILogger<SigningKeyUpkeep> logger)
    : BackgroundService
{
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryRefreshAsync(cancellationToken))
        {
            // A database that is still starting: without keys there is nothing to answer with.
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
            // Where it fails the keys at hand go on; a new one signs only after several of these intervals.
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
