using Granary.Journal;
using Microsoft.Extensions.Options;

namespace Granary.Streams;

/// <summary>
/// Reads the end of the journal once for the whole process and passes new events to the attached observers: the partitions that
/// this silo reads and the live views of orders. Each database of the journal is read by itself (<see cref="DatabaseFeed"/>), so that one
/// which is away delays no others; observers are called by one reader at a time.
/// </summary>
public sealed class JournalFeed : BackgroundService
{
    private readonly IJournal _journal;
    private int _arrangement;

    public JournalFeed(IJournal journal, IOptions<StreamSettings> options, TimeProvider clock, ILogger<JournalFeed> logger)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(options);
        _journal = journal;
        Partitions = options.Value.Partitions;
        var calls = new Lock();
        Databases = [.. journal.Databases.Select(database => new DatabaseFeed(database, options.Value, clock, logger, calls))];
    }

    /// <summary>The feed of each database, in the order of their numbers.</summary>
    public IReadOnlyList<DatabaseFeed> Databases { get; }

    /// <summary>Changes when partitions were moved to other databases.</summary>
    public int Arrangement => Volatile.Read(ref _arrangement);

    /// <summary>Raised after <see cref="Arrange"/>, for readers of a partition.</summary>
    public event Action? Arranged;

    /// <summary>The number of partitions of the streams.</summary>
    public int Partitions { get; }

    /// <summary>The feed of the database that has a partition.</summary>
    public DatabaseFeed Of(int partition) => Databases[_journal.DatabaseOf(partition)];

    /// <summary>Has the readers of partitions look where their partitions are: some were moved.</summary>
    public void Arrange()
    {
        Interlocked.Increment(ref _arrangement);
        Arranged?.Invoke();
    }

    /// <summary>Signals that events may have been appended. It is cheap and never blocks.</summary>
    public void Wake()
    {
        foreach (var database in Databases)
        {
            database.Wake();
        }
    }

    /// <summary>Makes every attached partition call its consumers, even if there are no new events.</summary>
    public void Nudge()
    {
        foreach (var database in Databases)
        {
            database.Nudge();
        }
    }

    /// <inheritdoc cref="DatabaseFeed.AttachAsync"/>
    /// <remarks>It gets the events of every database: of each from when its end is known.</remarks>
    public Task AttachAsync(IJournalObserver observer, Action<long> begin, CancellationToken cancellationToken) =>
        Task.WhenAll(Databases.Select(database => database.AttachAsync(observer, begin, cancellationToken)));

    /// <summary>Detaches an observer.</summary>
    public void Detach(IJournalObserver observer)
    {
        foreach (var database in Databases)
        {
            database.Detach(observer);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var database in Databases)
        {
            database.Close();
        }
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Databases.Select(database => database.FollowAsync(stoppingToken)));
}

/// <summary>
/// Gets new events of the journal, in position order. The feed's only reader calls it, so it must not block or throw.
/// </summary>
public interface IJournalObserver
{
    /// <summary>New events.</summary>
    void OnEvents(JournalPage page);

    /// <summary>Consumers must be called even if there are no new events.</summary>
    void Nudge();

    /// <summary>
    /// The database has a new timeline: events that were passed on may not exist any more. Others follow after a position.
    /// </summary>
    void Restart(long position);
}
