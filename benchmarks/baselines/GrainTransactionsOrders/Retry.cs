using Orleans.Transactions;

namespace Granary.Baselines.GrainTransactions;

/// <summary>Repeats what can be repeated: transactions that were aborted, were refused or have an unknown outcome.</summary>
public static class Retry
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="attempt">The transaction. It must find out by itself that an earlier attempt was committed.</param>
    public static async Task<T> UntilDecidedAsync<T>(Func<Task<T>> attempt)
    {
        var deadline = DateTime.UtcNow + Patience;
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await attempt();
            }
            catch (Exception fault) when (IsTransient(fault) && DateTime.UtcNow < deadline)
            {
                // Transactions that met at a lock must not meet again.
                await Task.Delay(delay * (0.5 + Random.Shared.NextDouble()));
            }
        }
    }

    private static bool IsTransient(Exception fault) =>
        fault is OrleansTransactionAbortedException or OrleansTransactionInDoubtException or OrleansTransactionOverloadException
            or OrleansStartTransactionFailedException or TimeoutException;
}
