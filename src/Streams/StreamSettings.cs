namespace Granary.Streams;

/// <summary>Settings of the streams.</summary>
public sealed class StreamSettings
{
    /// <summary>Maximum number of partitions: their numbers have two digits.</summary>
    public const int MostPartitions = 100;

    /// <summary>
    /// Whether this silo delivers to consumers. When off, consumers pause, and catch up when it is on again; for maintenance, and
    /// to measure their cost.
    /// </summary>
    public bool Deliver { get; init; } = true;

    /// <summary>
    /// The number of partitions that the events are spread over. It is part of the address of every checkpoint: to change it,
    /// stop the cluster and rebuild the consumers.
    /// </summary>
    public int Partitions { get; init; } = 16;

    /// <summary>
    /// The minimum time between two reads of the journal while events keep coming, and two and a half times that above 5,000
    /// events per second. It turns a busy journal into a few large batches; an idle journal is read as soon as an event is
    /// appended.
    /// </summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the journal is read when no append was signalled.</summary>
    public TimeSpan PollPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often consumers are called even without new events, so that a moved or rewound consumer resumes.</summary>
    public TimeSpan NudgePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Events of each stream kept in memory, or as many as the last two reads of the journal brought if those are more; a
    /// consumer that is further behind reads the journal.
    /// </summary>
    public int TailLength { get; init; } = 1_024;

    /// <summary>Maximum number of events in one delivery.</summary>
    public int BatchLength { get; init; } = 512;

    /// <summary>How long a delivery is retried before the events go to the dead letters.</summary>
    public TimeSpan MaxDeliveryTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many times a consumer tries a single failing event before the event goes to the dead letters.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The wait before the second attempt at one event; it doubles with every further attempt.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);
}
