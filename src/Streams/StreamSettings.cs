namespace Granary.Streams;

/// <summary>Settings of the streams, section <c>Granary:Streams</c>.</summary>
public sealed class StreamSettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Granary:Streams";

    /// <summary>Most partitions: their numbers have two digits.</summary>
    public const int MostPartitions = 100;

    /// <summary>
    /// Whether this silo delivers to consumers. Off, they stand still and catch up when it is on again; for maintenance, and to
    /// measure what they cost.
    /// </summary>
    public bool Deliver { get; set; } = true;

    /// <summary>
    /// How many partitions the events are spread over. Part of the address of every checkpoint: to change it, stop the
    /// cluster and rebuild the consumers.
    /// </summary>
    public int Partitions { get; set; } = 16;

    /// <summary>
    /// The least time between two reads of the journal while events keep coming, and two and a half times that while there are
    /// more than 5,000 of them a second. It turns a busy journal into a few large batches; an idle one is read as soon as something
    /// is appended.
    /// </summary>
    public TimeSpan Pace { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the journal is read although nobody said that something was appended.</summary>
    public TimeSpan PollPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often consumers are called although there is nothing new, so that one that was moved or rewound resumes.</summary>
    public TimeSpan NudgePeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Events of each stream kept in memory, or as many as the last two readings of the journal brought where those are more; a
    /// consumer that is further behind reads the journal.
    /// </summary>
    public int TailLength { get; set; } = 1_024;

    /// <summary>Most events in one delivery.</summary>
    public int BatchLength { get; set; } = 512;

    /// <summary>How long a delivery is retried before the events go to the dead letters.</summary>
    public TimeSpan MaxDeliveryTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a consumer tries one event that fails alone before it goes to the dead letters.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The wait before the second attempt at one event; it doubles with every further one.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);
}
