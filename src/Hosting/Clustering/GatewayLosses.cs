namespace Granary.Hosting.Clustering;

/// <summary>
/// Signals that a connection to a silo was lost or given up. Orleans does not notify the calls that wait for an answer over it:
/// they would wait until their timeout.
/// </summary>
public sealed class GatewayLosses : IClusterConnectionStatusObserver
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the next loss.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <inheritdoc/>
    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        if (currentNumberOfGateways < previousNumberOfGateways)
        {
            Interlocked.Exchange(ref _next, New()).SetResult();
        }
    }

    /// <inheritdoc/>
    public void NotifyClusterConnectionLost()
    {
        // The gateway count changes as well.
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
