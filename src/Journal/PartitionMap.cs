using Granary.Grains.Interfaces;

namespace Granary.Journal;

/// <summary>Which database of the journal has which partition of the streams. It is stored in the databases themselves.</summary>
/// <param name="Journal">The same in every database of one journal.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Databases">The number of the database of each partition.</param>
public sealed record PartitionMap(Guid Journal, long Version, IReadOnlyList<int> Databases)
{
    /// <summary>The map of a new journal: its partitions are dealt out to the databases in turn.</summary>
    public static PartitionMap Dealt(Guid journal, int partitions, int databases) =>
        new(journal, 1, [.. Enumerable.Range(0, partitions).Select(partition => partition % databases)]);

    /// <summary>The map of a journal that had one database: a further one has nothing until a partition is moved to it.</summary>
    public static PartitionMap InFirst(Guid journal, int partitions) => new(journal, 1, [.. Enumerable.Repeat(0, partitions)]);
}

/// <summary>The partitions of a journal over several databases, as far as this process knows.</summary>
/// <param name="count">How many there are.</param>
/// <param name="partitionOf">The partition of a journal stream, with their number.</param>
public sealed class JournalPartitions(int count, Func<string, int, int> partitionOf)
{
    private volatile PartitionMap? _map;

    /// <summary>How many there are.</summary>
    public int Count => count;

    /// <summary>Raised after the map has changed. Handlers must not block or throw.</summary>
    public event Action? Moved;

    /// <summary>Reads the map again; does nothing before the databases have set it.</summary>
    public Func<CancellationToken, Task> RefreshAsync { get; set; } = static _ => Task.CompletedTask;

    /// <summary>The map; null before it was read.</summary>
    public PartitionMap? Map
    {
        get => _map;
        set
        {
            var before = _map;
            _map = value;
            if (before is not null && before.Version != value?.Version)
            {
                Moved?.Invoke();
            }
        }
    }

    /// <summary>The number of the database of a partition.</summary>
    /// <exception cref="JournalUnavailableException">The map has not been read yet.</exception>
    public int DatabaseOf(int partition) =>
        (_map ?? throw new JournalUnavailableException("It is not known yet which database of the journal has which partition.")).Databases[partition];

    /// <summary>The partition of a journal stream.</summary>
    public int PartitionOf(string stream) => partitionOf(stream, count);

    /// <summary>The number of the database of a journal stream.</summary>
    /// <inheritdoc cref="DatabaseOf(int)"/>
    public int DatabaseOf(string stream) => DatabaseOf(partitionOf(stream, count));
}

/// <summary>A database does not take the append: its partition is being moved, or is in another database.</summary>
public sealed class PartitionMovedException(string stream) : JournalException($"The partition of stream {stream} is being moved to another database.");

/// <summary>The databases of the configuration are not those of the journal, or not in their order.</summary>
public sealed class PartitionMapException(string message) : Exception(message);
