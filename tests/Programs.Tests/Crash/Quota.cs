namespace Granary.Programs.Tests.Crash;

/// <summary>
/// How much all clients of a test may begin from one kill to the next: however long a start takes, the silos that go on serving do no more.
/// </summary>
internal sealed class Quota(int perRound) : IDisposable
{
    // A kill comes while the others are under way.
    private const double ShareBeforeKill = 0.7;

    private readonly SemaphoreSlim _left = new(perRound);
    private int _rounds = 1;
    private int _completed;

    /// <summary>Whether enough of this round is completed for the next kill.</summary>
    public bool IsDueForKill => Volatile.Read(ref _completed) >= ((_rounds - 1) * perRound) + (int)(perRound * ShareBeforeKill);

    public void Dispose() => _left.Dispose();

    /// <summary>Waits until one more may begin.</summary>
    /// <returns>Whether it may; not once the test has ended.</returns>
    public async Task<bool> TakeAsync(CancellationToken stop)
    {
        try
        {
            await _left.WaitAsync(stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>One is completed.</summary>
    public void Complete() => Interlocked.Increment(ref _completed);

    /// <summary>Begins the next round.</summary>
    public void Renew()
    {
        _rounds++;
        _left.Release(perRound);
    }

    /// <summary>Whether all of all rounds are completed.</summary>
    public bool IsUsedUp => Volatile.Read(ref _completed) >= _rounds * perRound;
}
