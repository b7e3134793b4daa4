namespace Granary.Hosting.Clustering;

/// <summary>
/// Tells when a connection to a silo is lost or given up. Orleans does not tell the calls that wait for an answer over it: they
/// would until their time is over.
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
        // The count has changed as well.
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
