using System.Diagnostics;
using System.Threading.Channels;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Journal;

/// <summary>
/// Group commit: one writer takes all appends that the silo's grains have queued since its last commit and makes them durable
/// with one commit. An idle writer starts at once, so a single append does not wait unless it is deferred. A busy writer
/// collects, so the number of commits stays small however many grains append. (After DeWitt et al., "Implementation Techniques
/// for Main Memory Database Systems", SIGMOD 1984.) While the store takes no writes, appends are refused at once, and trial writes
/// find out when it takes them again.
/// </summary>
public sealed partial class GroupCommitJournal : IJournal, IAsyncDisposable
{
    /// <summary>Maximum number of appends in one batch; bounds the size of one statement.</summary>
    private const int MaxAppends = 2_000;

    /// <summary>Events after which a batch is closed: their ordinals are a part of their positions.</summary>
    private const int MaxEvents = 1 << 15;

    /// <summary>Payload bytes after which a batch is closed.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Between two trial writes.</summary>
    private static readonly TimeSpan TrialPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Time limit of a trial write.</summary>
    private static readonly TimeSpan TrialPatience = TimeSpan.FromSeconds(3);

    private readonly IJournalStore _store;
    private readonly JournalMetrics _metrics;
    private readonly int? _database;
    private readonly ILogger<GroupCommitJournal> _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<PendingAppend> _queue = Channel.CreateUnbounded<PendingAppend>(
        new UnboundedChannelOptions { SingleReader = true });

    // Separate from the queue, because not every append starts a commit. One signal covers all appends queued before the writer
    // takes it.
    private readonly Channel<bool> _starts = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { SingleReader = true, AllowSynchronousContinuations = false, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _writer;
    private volatile StoreOutage? _outage;
    private Task _recovery = Task.CompletedTask;

    /// <param name="store">The database.</param>
    /// <param name="metrics">Told of each commit.</param>
    /// <param name="logger">Told of outages.</param>
    /// <param name="database">Its number, as a label of the metrics; null where the journal has one database.</param>
    public GroupCommitJournal(IJournalStore store, JournalMetrics metrics, ILogger<GroupCommitJournal>? logger = null, int? database = null)
    {
        _store = store;
        _metrics = metrics;
        _database = database;
        _logger = logger ?? NullLogger<GroupCommitJournal>.Instance;
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>
    /// Raised after a batch has become durable, for readers of the journal in this process. Handlers must not block or throw.
    /// </summary>
    public event Action? Appended;

    /// <summary>
    /// Appends elsewhere what the store does not take because its partition has moved; the task of the first append ends with that one. Null
    /// where none can move.
    /// </summary>
    internal Func<JournalAppend, Task>? AppendMovedAsync { get; set; }

    /// <summary>Why the store takes no writes at present; null while it takes them.</summary>
    public Exception? Outage => _outage?.Fault;

    /// <inheritdoc/>
    public int Timeline => _store.Timeline;

    /// <inheritdoc/>
    public Task AppendAsync(JournalAppend append)
    {
        ArgumentNullException.ThrowIfNull(append);
        ArgumentOutOfRangeException.ThrowIfZero(append.Events.Count);
        var pending = new PendingAppend(append);
        if (!_queue.Writer.TryWrite(pending))
        {
            return Task.FromException(new JournalUnavailableException("The journal is closed: the silo is stopping."));
        }

        if (!append.IsDeferred)
        {
            Flush();
        }

        return pending.Task;
    }

    /// <inheritdoc/>
    public void Flush() => _starts.Writer.TryWrite(true);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation = default) =>
        _store.ReadStreamAsync(stream, afterVersion, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation = default) =>
        _store.ReadStreamPartAsync(stream, afterVersion, throughVersion, types, cancellation);

    /// <inheritdoc/>
    public async Task<ILookup<string, JournalRecord>> ReadStreamsAsync(
        IReadOnlyCollection<string> streams, CancellationToken cancellation = default) =>
        (await _store.ReadStreamsAsync(streams, cancellation)).ToLookup(record => record.Stream, StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation = default) =>
        _store.ReadAllAsync(afterPosition, limit, cancellation);

    /// <inheritdoc/>
    public Task<long> ReadEndAsync(CancellationToken cancellation = default) => _store.ReadEndAsync(cancellation);

    /// <summary>Refuses further appends and returns when all accepted ones are durable or have failed.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _starts.Writer.TryComplete();
        await _writer;

        // The container disposes of it once for each of its two registrations.
        if (!_closing.IsCancellationRequested)
        {
            await _closing.CancelAsync();
            await _recovery;
            _closing.Dispose();
        }
    }

    private async Task WriteAsync()
    {
        var batch = new List<PendingAppend>();
        var appends = new List<JournalAppend>();
        var streams = new HashSet<string>(StringComparer.Ordinal);
        bool open;
        do
        {
            open = await _starts.Reader.WaitToReadAsync();
            _starts.Reader.TryRead(out _);
            PendingAppend? next = null;
            do
            {
                batch.Clear();
                appends.Clear();
                streams.Clear();
                next = Fill(batch, appends, streams, next);
                if (batch.Count > 0)
                {
                    await CommitAsync(batch, appends);
                }
            }
            while (next is not null);
        }
        while (open);
    }

    /// <summary>
    /// Takes the queued appends. An append that does not fit into the batch is returned and opens the next one.
    /// </summary>
    private PendingAppend? Fill(List<PendingAppend> batch, List<JournalAppend> appends, HashSet<string> streams, PendingAppend? first)
    {
        var (bytes, events) = (0, 0);
        while (first is not null || _queue.Reader.TryRead(out first))
        {
            var next = first;
            first = null;
            if (batch.Count == MaxAppends || bytes >= MaxBytes || events >= MaxEvents)
            {
                return next;
            }

            if (((JournalException?)_outage?.Refuse() ?? Unmet(next.Append, streams)) is { } refusal)
            {
                Complete(next, refusal, batchSize: 0);
                continue;
            }

            if (!streams.Add(next.Append.Stream))
            {
                return next;
            }

            batch.Add(next);
            appends.Add(next.Append);
            events += next.Append.Events.Count;
            for (var i = 0; i < next.Append.Events.Count; i++)
            {
                bytes += next.Append.Events[i].Payload.Length;
            }
        }

        return null;
    }

    /// <summary>
    /// Why an append must not be tried; null if it may be. Everything it requires was queued before it, so by now that has
    /// completed or is in this batch.
    /// </summary>
    private RequirementFailedException? Unmet(JournalAppend append, HashSet<string> batch)
    {
        for (var i = 0; i < append.Requires.Count; i++)
        {
            var required = append.Requires[i];
            if (required.Outcome.IsCompleted ? !required.IsDurable : !batch.Contains(required.Stream))
            {
                // One that has not ended is being appended elsewhere: its partition has moved.
                var moved = AppendMovedAsync is not null && !required.Outcome.IsCompleted;
                return new RequirementFailedException(
                    append.Stream, moved ? new PartitionMovedException(required.Stream) : required.Outcome.Exception?.InnerException);
            }
        }

        return null;
    }

    private async Task CommitAsync(List<PendingAppend> batch, List<JournalAppend> appends)
    {
        var started = JournalMetrics.Now();
        var outcomes = new Exception?[batch.Count];
        try
        {
            await _store.AppendBatchAsync(appends, outcomes);
        }
        catch (Exception fault)
        {
            // A fault that the store cannot attribute to one append concerns every append of the batch, and every caller must see
            // it.
            var unavailable = fault as JournalException ?? new JournalUnavailableException("The journal's store failed.", fault);
            Array.Fill(outcomes, unavailable);
            await MeetOutageAsync();
        }

        _metrics.Committed(batch.Count, started, _database);
        for (var i = 0; i < batch.Count; i++)
        {
            Complete(batch[i], outcomes[i], batch.Count);
        }

        Appended?.Invoke();
    }

    private void Complete(PendingAppend pending, Exception? failure, int batchSize)
    {
        if (AppendMovedAsync is { } append && (failure is PartitionMovedException or RequirementFailedException { InnerException: PartitionMovedException }))
        {
            pending.CompleteWith(append(pending.Append));
        }
        else
        {
            pending.Complete(failure, batchSize);
        }
    }

    /// <summary>
    /// After a failure of the store: refuses appends from now on if a trial write fails as well. A fault that has passed by then
    /// concerned one batch only.
    /// </summary>
    private async Task MeetOutageAsync()
    {
        if (await TryWriteAsync() is { } fault)
        {
            _outage = new StoreOutage(fault);
            OutageBegan(fault);
            _recovery = RecoverAsync(_outage);
        }
    }

    private async Task RecoverAsync(StoreOutage outage)
    {
        do
        {
            await Task.Delay(TrialPause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_closing.IsCancellationRequested)
            {
                return;
            }
        }
        while (await TryWriteAsync() is not null);

        _outage = null;
        OutageEnded(outage.Duration, outage.Refused);
    }

    private async Task<Exception?> TryWriteAsync()
    {
        using var limit = new CancellationTokenSource(TrialPatience);
        try
        {
            // Not every driver stops at once when it is cancelled.
            await _store.TryWriteAsync(thorough: true, limit.Token).WaitAsync(limit.Token);
            return null;
        }
        catch (Exception fault)
        {
            // Whatever exception the store's driver throws, the store does not take writes.
            return fault;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal's store takes no writes; appends are refused at once until it takes them again.")]
    private partial void OutageBegan(Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal's store takes writes again, after {Duration}; {Count} appends were refused.")]
    private partial void OutageEnded(TimeSpan duration, long count);

    private sealed class PendingAppend(JournalAppend append) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        // The trace includes the wait: an append's span begins when it is queued.
        private readonly ActivityContext _trace = JournalTraces.Current;
        private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;

        public JournalAppend Append { get; } = append;

        /// <summary>Ends as another append of the same does.</summary>
        public void CompleteWith(Task other) => other.ContinueWith(
            appended => Complete(appended.Exception?.InnerException, batchSize: 0),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

        public void Complete(Exception? failure, int batchSize)
        {
            JournalTraces.Appended(_trace, Append, _started, batchSize, failure);
            if (failure is null)
            {
                SetResult();
            }
            else
            {
                SetException(failure);
            }
        }
    }
}
