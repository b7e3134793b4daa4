using Granary.Hosting;
using Granary.Hosting.Auth;

namespace Granary.Api.Auth;

/// <summary>Reads the signing keys before the first request and refreshes them.</summary>
public sealed partial class SigningKeyUpkeep(SigningKeyRing ring, TimeProvider time, ILogger<SigningKeyUpkeep> logger)
    : BackgroundService
{
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(1);

    private bool _started;
    private string? _complaint;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryRefreshAsync(cancellationToken))
        {
            // The database is still starting: without keys the API cannot answer requests.
            await Task.Delay(StartPause, time, cancellationToken);
        }

        _started = true;
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
            _complaint = null;
            return true;
        }
        catch (InvalidDataException damage) when (!_started)
        {
            throw new CannotStartException(ExitCodes.BadData, damage.Message, damage);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException or System.Data.Common.DbException)
        {
            // The same fault is met several times a second until it is mended.
            if (_complaint != fault.Message)
            {
                LogStale(_complaint = fault.Message);
            }

            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The signing keys cannot be read; those that this process has stay in use. {Fault}")]
    private partial void LogStale(string fault);
}
