using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders;

namespace Granary.Grains.Claims;

/// <summary>
/// Calls a stock item or user again whose activation a fault has ended while it kept claims. Only an activation checks back, and the
/// order that would have told it of a decision may have failed with it: without another caller the claim would stay as it is.
/// </summary>
public sealed partial class KeeperRevival(
    IHostApplicationLifetime lifetime, TimeProvider clock, ICurrent<OrderOptions> options, ILogger<KeeperRevival> logger)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Calls a keeper after a grace period, and again after twice the time for as long as it cannot be activated.</summary>
    /// <param name="keeper">Its name, for the log.</param>
    /// <param name="call">Any call of it.</param>
    public void Begin(string keeper, Func<Task> call) => _ = Task.Run(() => ReviveAsync(keeper, call)); // Not on the scheduler of the activation that ends.

    private async Task ReviveAsync(string keeper, Func<Task> call)
    {
        for (var pause = options.Value.ReservationGrace; !lifetime.ApplicationStopping.IsCancellationRequested; pause = Longer(pause))
        {
            try
            {
                await Task.Delay(pause, clock, lifetime.ApplicationStopping);
                await call();
                return;
            }
            catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                CannotBeRevived(fault, keeper);
            }
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => 2 * pause < LongestPause ? 2 * pause : LongestPause;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Keeper} keeps claims and cannot be activated; it will be called again.")]
    private partial void CannotBeRevived(Exception fault, string keeper);
}
