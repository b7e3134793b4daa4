namespace Granary.Auth;

/// <summary>Has the signing keys read before the first request, and keeps them fresh.</summary>
public sealed partial class SigningKeyUpkeep(SigningKeyRing ring, TimeProvider time, ILogger<SigningKeyUpkeep> logger)
    : BackgroundService
{
    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ring.RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SigningKeyRing.ReloadInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ring.RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or System.Data.Common.DbException)
            {
                // The keys at hand go on; a new one signs only after several of these intervals.
                LogStale(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The signing keys could not be read again")]
    private partial void LogStale(Exception exception);
}
