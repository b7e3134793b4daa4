using Granary.Grains.Interfaces;

namespace Granary.Journal;

/// <summary>
/// A time in which the store takes no writes. It begins when a batch fails and a trial write fails as well, and ends when a trial
/// write succeeds. Appends are refused at once meanwhile: the store would let each of them wait for its own retries, one after the
/// other.
/// </summary>
/// <param name="fault">The fault of the trial write.</param>
internal sealed class StoreOutage(Exception fault)
{
    private readonly long _began = JournalMetrics.Now();
    private long _refused;

    /// <summary>The fault with which it began.</summary>
    public Exception Fault => fault;

    /// <summary>Appends refused so far.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>How long it has lasted.</summary>
    public TimeSpan Duration => System.Diagnostics.Stopwatch.GetElapsedTime(_began);

    /// <summary>The failure of an append. The store was not asked, so nothing of it is durable.</summary>
    public JournalUnavailableException Refuse()
    {
        Interlocked.Increment(ref _refused);
        return new JournalUnavailableException($"The journal's store takes no writes at present: {fault.Message}", fault);
    }
}
