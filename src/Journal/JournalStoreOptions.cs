using Granary.Grains.Interfaces;

namespace Granary.Journal;

/// <summary>How a journal store handles an outage.</summary>
public sealed record JournalStoreOptions
{
    /// <summary>
    /// How long a batch with an unknown outcome is retried before its callers get a <see cref="JournalUnavailableException"/>.
    /// Later appends wait behind it.
    /// </summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Timeout of one statement; after it the store looks up the statement's outcome.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// PostgreSQL: the age at which a transaction that holds back readers of the journal is ended with its session; zero ends none.
    /// </summary>
    public TimeSpan EndTransactionsAfter { get; init; } = TimeSpan.Zero;
}
