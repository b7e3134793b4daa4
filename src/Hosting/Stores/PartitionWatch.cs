using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Npgsql;

namespace Granary.Hosting.Stores;

/// <summary>
/// Reads once a second which database of the journal has which partition. A process that appends to a partition that was moved learns it at
/// once; one that only reads, here.
/// </summary>
internal sealed partial class PartitionWatch : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly JournalDatabases _databases;
    private readonly JournalPartitions _partitions;
    private readonly JournalFeed _feed;
    private readonly TimeProvider _clock;
    private readonly ILogger<PartitionWatch> _logger;

    public PartitionWatch(JournalDatabases databases, JournalPartitions partitions, JournalFeed feed, TimeProvider clock, ILogger<PartitionWatch> logger)
    {
        (_databases, _partitions, _feed, _clock, _logger) = (databases, partitions, feed, clock, logger);
        partitions.Moved += Arrange;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _partitions.Moved -= Arrange;
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, _clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await _databases.RefreshAsync(stoppingToken);
            }
            catch (NpgsqlException fault) when (!stoppingToken.IsCancellationRequested)
            {
                ReadFailed(fault);
            }
        }
    }

    private void Arrange()
    {
        Moved(_partitions.Map!.Version);
        _feed.Arrange();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A partition of the journal was moved to another database; the map has version {Version}.")]
    private partial void Moved(long version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The map of the journal's partitions cannot be read; it is read again.")]
    private partial void ReadFailed(Exception fault);
}
