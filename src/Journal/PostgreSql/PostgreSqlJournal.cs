using System.Net.Sockets;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// The journal in PostgreSQL. A batch is one statement in its own transaction, so it is durable as a whole or not at all.
/// </summary>
/// <remarks>
/// Every batch carries a random number. If the statement fails or its answer is lost, the journal settles the batch: it inserts
/// the first event of each append if the version is free, the rest of an append only with its first event, and then reads back
/// the number under the first version. The batch's own number means durable; another number means a version conflict. The unique
/// key makes the second insert wait for the end of a transaction that is still in doubt, so settling is exact and can be repeated
/// any number of times. The appends that an append requires are settled before it.
/// </remarks>
/// <param name="dataSource">Connections to the database.</param>
/// <param name="options">How an outage is handled.</param>
/// <param name="log">Told of outages.</param>
/// <param name="servers">The servers of the database, shared with what else opens connections to it; null for one that is used by itself.</param>
/// <param name="database">The number of the database within the journal.</param>
/// <param name="partitions">The partitions of a journal of several databases, some of which this one takes appends for; null where it takes all.</param>
public sealed class PostgreSqlJournal(
    NpgsqlDataSource dataSource, JournalStoreOptions options, ILogger<PostgreSqlJournal> log, PostgreSqlServers? servers = null, int database = 0,
    JournalPartitions? partitions = null)
    : IJournalStore, IAsyncDisposable
{
    /// <summary>
    /// Limit on repeating a read, at most the limit on appends. It covers a server restart; after a longer outage the reader gets
    /// an error.
    /// </summary>
    private static readonly TimeSpan LongestReading = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly PrimaryFence _fence = servers?.Fence ?? new PrimaryFence(log);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private PostgreSqlJournalWriter? _writer;
    private StreamReads? _streams;

    /// <summary>Whether the last read was given up: the next one does not wait for the server again.</summary>
    private volatile bool _isAway;

    /// <inheritdoc/>
    public int Timeline => _fence.Timeline;

    /// <inheritdoc/>
    public async Task InitializeAsync(CancellationToken cancellation)
    {
        await PostgreSqlSchema.MigrateAsync(dataSource, cancellation);
        await PostgreSqlSearchIndex.EnsureAsync(dataSource, log, cancellation);
    }

    /// <inheritdoc/>
    public async Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
    {
        var appends = batch.ToArray();
        var number = Random.Shared.NextInt64();
        await _turn.WaitAsync();
        try
        {
            if (!await TryInsertAllAsync(appends, number))
            {
                await SettleInOrderAsync(appends, number, outcomes, Environment.TickCount64 + (long)options.RetryFor.TotalMilliseconds);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task TryWriteAsync(bool thorough, CancellationToken cancellation)
    {
        try
        {
            await TrialWrite.RunAsync(dataSource, thorough, cancellation);
        }
        catch (Exception fault) when (IsOutage(fault))
        {
            ClearIfReadOnly(fault);
            throw new JournalUnavailableException($"PostgreSQL takes no writes: {_fence.ReasonOf(fault)}", fault);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation) =>
        Streams.ReadAsync(stream, afterVersion, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
        string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation) =>
        ReadAsync(JournalQueries.OfStreamPart(stream, afterVersion, throughVersion, types), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation) =>
        ReadAsync(JournalQueries.OfStreams(streams), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation) =>
        ReadAsync(JournalQueries.OfAll(afterPosition, limit), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRecord>> ReadTypeAsync(string type, long afterPosition, int limit, CancellationToken cancellation) =>
        ReadAsync(JournalQueries.OfType(type, afterPosition, limit), cancellation);

    /// <inheritdoc/>
    public async Task<long> ReadEndAsync(CancellationToken cancellation) =>
        await ReadAsync(JournalQueries.OfEnd(), cancellation) is [var last] ? last.Position : 0;

    public async ValueTask DisposeAsync()
    {
        await DropWriterAsync();
        _turn.Dispose();
    }

    private StreamReads Streams => LazyInitializer.EnsureInitialized(ref _streams, () => new StreamReads(ReadEachAsync));

    /// <summary>The events of each stream after its version, each stream's in order.</summary>
    private Task<IReadOnlyList<JournalRecord>> ReadEachAsync(string[] streams, long[] after) =>
        ReadAsync(JournalQueries.OfEach(streams, after), CancellationToken.None);

    private async Task<bool> TryInsertAllAsync(JournalAppend[] appends, long number)
    {
        try
        {
            var writer = await WriterAsync();
            return !appends.Any(append => writer.IsOutdated(append) || !writer.Takes(append)) && await writer.InsertAllAsync(appends, number);
        }
        catch (Exception fault) when (IsConflict(fault) || IsRefused(fault))
        {
            return false;
        }
        catch (Exception fault) when (IsOutage(fault))
        {
            log.LogWarning(fault, "The outcome of a batch of {Appends} appends is unknown; settling it.", appends.Length);
            await DropWriterAsync();
            ClearIfReadOnly(fault);
            return false;
        }
    }

    /// <summary>
    /// Settles a batch level by level: first the appends that require no other append of the batch, then those that require only
    /// these, and so on. An append is tried once everything it requires is durable. If the first statement committed after all,
    /// every append is found durable.
    /// </summary>
    private async Task SettleInOrderAsync(JournalAppend[] appends, long number, Exception?[] outcomes, long deadline)
    {
        var failures = new Dictionary<string, Exception>(StringComparer.Ordinal);
        foreach (var level in JournalAppend.LevelsOf(appends).Index().GroupBy(place => place.Item, place => place.Index).OrderBy(level => level.Key))
        {
            var tried = new List<int>();
            foreach (var i in level)
            {
                if (appends[i].FailureAfter(failures) is { } failure)
                {
                    outcomes[i] = failures[appends[i].Stream] = failure;
                }
                else
                {
                    tried.Add(i);
                }
            }

            var results = new Exception?[tried.Count];
            if (tried.Count > 0)
            {
                await SettleAsync([.. tried.Select(i => appends[i])], number, results, deadline);
            }

            foreach (var (i, result) in tried.Zip(results))
            {
                outcomes[i] = result;
                if (result is not null)
                {
                    failures[appends[i].Stream] = result;
                }
            }
        }
    }

    private async Task SettleAsync(JournalAppend[] appends, long number, Memory<Exception?> outcomes, long deadline)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var durable = new bool[appends.Length];
                var writer = await WriterAsync();
                await writer.InsertAbsentAsync(appends, number, durable);
                if (await writer.IsFencedAsync())
                {
                    // What this database takes has changed: appends that are not durable may belong elsewhere now.
                    await DropWriterAsync();
                    continue;
                }

                for (var i = 0; i < appends.Length; i++)
                {
                    outcomes.Span[i] = durable[i] ? null
                        : !writer.Takes(appends[i]) ? new PartitionMovedException(appends[i].Stream)
                        : new VersionConflictException(appends[i].Stream, appends[i].AfterVersion);
                }

                return;
            }
            catch (Exception fault) when (IsConflict(fault) || IsRefused(fault))
            {
                await IsolateAsync(appends, number, outcomes, deadline, fault);
                return;
            }
            catch (Exception fault) when (IsOutage(fault))
            {
                await DropWriterAsync();
                ClearIfReadOnly(fault);

                // A server that is starting or failing over is back soon; one that refuses is not. Sessions may be read-only from before a
                // failover, so a refusal to write counts once the sessions have been closed. Of several hosts a read-only primary is one that is
                // being replaced.
                if (Environment.TickCount64 >= deadline
                    || fault is PostgresException { SqlState: PostgresErrorCodes.DiskFull }
                    || (attempt > 1 && fault is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections })
                    || (attempt > 1 && fault is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } && servers is not { Hosts.Count: > 1 }))
                {
                    throw new JournalUnavailableException(
                        $"PostgreSQL cannot be reached or takes no writes; it is not known whether the events are durable: {_fence.ReasonOf(fault)}", fault);
                }

                log.LogWarning(fault, "PostgreSQL cannot be reached or takes no writes, attempt {Attempt}.", attempt);
                await PauseAsync(attempt);
            }
        }
    }

    /// <summary>Halves a refused batch until each append at fault is alone; all others commit.</summary>
    private async Task IsolateAsync(JournalAppend[] appends, long number, Memory<Exception?> outcomes, long deadline, Exception fault)
    {
        if (appends is [var culprit])
        {
            outcomes.Span[0] = IsConflict(fault)
                ? new VersionConflictException(culprit.Stream, culprit.AfterVersion)
                : new JournalAppendException($"The journal refuses the events for stream {culprit.Stream}: {fault.Message}", fault);
            return;
        }

        var half = appends.Length / 2;
        await SettleAsync(appends[..half], number, outcomes[..half], deadline);
        await SettleAsync(appends[half..], number, outcomes[half..], deadline);
    }

    private async Task<PostgreSqlJournalWriter> WriterAsync()
    {
        if (_writer is { } writer && (!writer.IsOpen || writer.Timeline != _fence.Timeline))
        {
            await DropWriterAsync();
        }

        return _writer ??= await PostgreSqlJournalWriter.OpenAsync(dataSource, _fence, options.CommandTimeout, database, partitions);
    }

    private async ValueTask DropWriterAsync()
    {
        if (Interlocked.Exchange(ref _writer, null) is { } writer)
        {
            await writer.DisposeAsync();
        }
    }

    private Task<IReadOnlyList<JournalRecord>> ReadAsync(JournalQuery query, CancellationToken cancellation) =>
        RepeatAsync(
            async () =>
            {
                await using var command = dataSource.CreateCommand(query.Sql);
                query.AddTo(command);
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                return await RecordsAsync(reader, cancellation);
            },
            cancellation);

    /// <summary>The events that a query of <see cref="JournalQueries"/> has found.</summary>
    internal static async Task<IReadOnlyList<JournalRecord>> RecordsAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var records = new List<JournalRecord>();
        while (await reader.ReadAsync(cancellation))
        {
            records.Add(Record(reader));
        }

        return records;
    }

    /// <summary>
    /// Reads, over an outage if it is short; during a longer one, later reads do not wait for it. At least twice: after a restart of
    /// the server the first use of a pooled connection fails. No caller repeats a read for that reason.
    /// </summary>
    private async Task<T> RepeatAsync<T>(Func<Task<T>> read, CancellationToken cancellation)
    {
        var longest = _isAway ? TimeSpan.Zero : options.RetryFor < LongestReading ? options.RetryFor : LongestReading;
        var deadline = Environment.TickCount64 + (long)longest.TotalMilliseconds;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await read();
                _isAway = false;
                return result;
            }
            catch (Exception fault) when (IsOutage(fault))
            {
                if (attempt > 1 && Environment.TickCount64 >= deadline)
                {
                    _isAway = true;
                    throw new JournalUnavailableException($"PostgreSQL cannot be reached: {_fence.ReasonOf(fault)}", fault);
                }

                await PauseAsync(attempt, cancellation);
            }
        }
    }

    private static JournalRecord Record(NpgsqlDataReader reader)
    {
        var at = TimeOf(reader);
        return reader.Record(at, at is null ? "recorded_at is no time between the years 1 and 9999." : null);
    }

    /// <summary>When an event was recorded; null where the row does not say. One such row must not keep the others from being read.</summary>
    private static DateTimeOffset? TimeOf(NpgsqlDataReader reader)
    {
        try
        {
            // Npgsql reads infinity as the last moment.
            var at = reader.GetFieldValue<DateTimeOffset>(JournalRow.At);
            return at == DateTimeOffset.MaxValue || at == DateTimeOffset.MinValue ? null : at;
        }
        catch (Exception fault) when (fault is InvalidCastException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>
    /// Doubles from 50 ms up to <see cref="LongestPause"/>, with jitter so that silos do not retry in step. Npgsql does not ask again by
    /// itself which of several hosts is the primary.
    /// </summary>
    private async Task PauseAsync(int attempt, CancellationToken cancellation = default)
    {
        await Task.Delay(
            TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 25 << Math.Min(attempt, 10)) * (0.5 + Random.Shared.NextDouble())),
            cancellation);
        if (servers is { Hosts.Count: > 1 })
        {
            await servers.LookAgainAsync(cancellation);
        }
    }

    private void ClearIfReadOnly(Exception fault)
    {
        if (servers is null)
        {
            dataSource.ClearIfReadOnly(fault);
        }
        else
        {
            servers.ClearIfReadOnly(fault);
        }
    }

    private static bool IsConflict(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    /// <summary>Whether the fault lies in the data (classes 22, 23 and 54) or in a text that has no UTF-8 form.</summary>
    private static bool IsRefused(Exception fault) =>
        fault is System.Text.EncoderFallbackException || (fault is PostgresException { SqlState: var state } && state[..2] is "22" or "23" or "54");

    private static bool IsOutage(Exception fault) =>
        fault is NpgsqlException or IOException or SocketException or TimeoutException && !IsConflict(fault) && !IsRefused(fault);
}
