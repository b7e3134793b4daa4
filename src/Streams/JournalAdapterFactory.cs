using System.Collections.Concurrent;
using Granary.Journal;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Streams;

namespace Granary.Streams;

/// <summary>
/// Presents the journal to Orleans' persistent stream provider as queues, one per partition. Orleans distributes the queues over
/// the silos and calls the consumers; the journal is both the queue and its archive.
/// </summary>
internal sealed class JournalAdapterFactory : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache
{
    private readonly HashRingBasedStreamQueueMapper _mapper;
    private readonly ConcurrentDictionary<QueueId, JournalPartition> _partitions = new();
    private readonly JournalFeed _feed;
    private readonly IReadOnlyList<JournalHistory> _histories;
    private readonly IJournal _journal;
    private readonly IStreamStore _store;
    private readonly ConsumerSubscriptions _consumers;
    private readonly StreamMetrics _metrics;
    private readonly SiloAddress _silo;
    private readonly StreamSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILoggerFactory _loggers;

    public JournalAdapterFactory(
        string name,
        JournalFeed feed,
        IJournal journal,
        IStreamStore store,
        ConsumerSubscriptions consumers,
        StreamMetrics metrics,
        ILocalSiloDetails silo,
        IOptions<StreamSettings> options,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        Name = name;
        _feed = feed;
        _journal = journal;
        _histories = [.. journal.Databases.Select(database => new JournalHistory(database, () => feed.Arrangement))];
        _store = store;
        _consumers = consumers;
        _metrics = metrics;
        _silo = silo.SiloAddress;
        _settings = options.Value;
        _clock = clock;
        _loggers = loggers;
        _mapper = new HashRingBasedStreamQueueMapper(new HashRingStreamQueueMapperOptions { TotalQueueCount = _settings.Partitions }, name);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsRewindable => true;

    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    /// <summary>The factory of the provider with this name.</summary>
    public static IQueueAdapterFactory Create(IServiceProvider services, string name) =>
        ActivatorUtilities.CreateInstance<JournalAdapterFactory>(services, name);

    /// <inheritdoc/>
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    /// <inheritdoc/>
    public IQueueAdapterCache GetQueueAdapterCache() => this;

    /// <inheritdoc/>
    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    /// <inheritdoc/>
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(
        new JournalFailureHandler(
            PartitionOf(queueId), _store, _consumers, _clock, _loggers.CreateLogger<JournalFailureHandler>()));

    /// <inheritdoc/>
    public IQueueCache CreateQueueCache(QueueId queueId) => new JournalCache(PartitionOf(queueId), _loggers.CreateLogger<JournalCache>());

    /// <inheritdoc/>
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new JournalReceiver(PartitionOf(queueId));

    /// <summary>Always throws: events are published only by appending them to the journal.</summary>
    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("Events are published only by appending them to the journal.");

    private JournalPartition PartitionOf(QueueId queueId) => _partitions.GetOrAdd(queueId, static (id, self) => self.Open((int)id.GetNumericId()), this);

    private JournalPartition Open(int number) =>
        new(number, _feed, () => _histories[_journal.DatabaseOf(number)], _metrics, _silo, _settings);
}

/// <summary>Tells Orleans' pulling agent which streams of a partition grew. It waits for that instead of polling.</summary>
internal sealed class JournalReceiver(JournalPartition partition) : IQueueAdapterReceiver
{
    /// <inheritdoc/>
    public Task Initialize(TimeSpan timeout) => partition.StartAsync(CancellationToken.None);

    /// <inheritdoc/>
    public Task Initialize(TimeSpan timeout, CancellationToken cancellationToken) => partition.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => partition.ReceiveAsync(CancellationToken.None);

    /// <inheritdoc/>
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken) =>
        partition.ReceiveAsync(cancellationToken);

    /// <inheritdoc/>
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task Shutdown(TimeSpan timeout)
    {
        partition.Stop();
        return Task.CompletedTask;
    }
}
