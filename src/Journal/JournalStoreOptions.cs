using Granary.Grains.Interfaces;

namespace Granary.Journal;

/// <summary>How a journal store meets an outage.</summary>
public sealed record JournalStoreOptions
{
    /// <summary>
    /// How long a batch whose outcome is unknown is retried before its callers hear of a
    /// <see cref="JournalUnavailableException"/>. Meanwhile later appends queue up behind it.
    /// </summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one statement may take before it is given up and its outcome looked up.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
