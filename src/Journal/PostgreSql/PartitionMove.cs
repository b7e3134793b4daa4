using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// Moves a partition of the journal to another database while the product runs: copies its events with their positions, catches up, stops
/// its appends for a moment, copies the rest, verifies, and switches the map with one update in database 0. Before that update the partition
/// has not moved, after it it has, whatever happens to this process; silos complete or undo the rest
/// (<see cref="JournalDatabases.RefreshAsync"/>).
/// </summary>
/// <remarks>
/// Positions in the partition go on growing. The first step raises those that the target gives, far beyond what the source gives during
/// the move and what a process may read there that learns of the switch late. It locks the target's table for that: no append runs
/// meanwhile, so no reader of the target is beyond an event that gets an old position. The events are copied after that, below the new
/// positions; only readers of this partition, which read the source until the switch, look for them.
/// </remarks>
/// <param name="databases">The databases; the map must have been read.</param>
/// <param name="partitions">Their partitions.</param>
/// <param name="say">Gets what is done, line by line.</param>
/// <param name="reached">Called after each step; for tests.</param>
public sealed class PartitionMove(JournalDatabases databases, JournalPartitions partitions, Action<string> say, Func<MoveStep, Task>? reached = null)
{
    private const int PageLength = 5_000;

    /// <summary>
    /// How far the target's positions are raised beyond the source's, in transactions: days at the highest load. A position has room for 32,768
    /// such moves.
    /// </summary>
    private const long Margin = 1L << 28;

    /// <summary>What must be left of the margin at the switch.</summary>
    private const long LeastMargin = Margin / 2;

    /// <summary>A round that brought fewer events than this was the last one before the appends are stopped.</summary>
    private const int Few = 500;

    private const int MostRounds = 1_000;

    private const int Attempts = 5;

    /// <summary>How long appends are stopped at most.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);

    /// <summary>How long the source stays closed if this process ends, in seconds.</summary>
    private const int ClosedFor = 30;

    /// <summary>Within how many seconds of the closing the map may be switched, by the clock of database 0: sooner than the source opens again.</summary>
    private const int SwitchWithin = 15;

    /// <summary>
    /// How long a move goes on after its switch. A process that does not know of it yet, and reads the partition in the source, would take it
    /// beyond events of the target if a move in the other direction raised the source's positions meanwhile.
    /// </summary>
    internal static readonly TimeSpan LearnWithin = TimeSpan.FromSeconds(4);

    /// <summary>How long an append may keep a lock waiting, in milliseconds, and how long a statement may take that stops appends.</summary>
    private const int LockPatience = 1_000;

    private const string Rows = "SELECT position, stream, version, type, payload, recorded_at, batch, trace FROM journal WHERE position > $1";

    /// <summary>Moves a partition.</summary>
    /// <returns>Whether it is in the target now.</returns>
    /// <exception cref="NpgsqlException">A database was lost. The partition has moved if the switch was said, or if the map says so.</exception>
    /// <exception cref="InvalidOperationException">Another process moves or cleans, or a database failed over; it has not moved.</exception>
    public async Task<bool> RunAsync(int partition, int to, CancellationToken cancellation)
    {
        await using var turn = await PartitionTurn.TakeAsync(databases, cancellation);
        await databases.RefreshAsync(cancellation);
        var map = partitions.Map!;
        var (source, target) = (databases.All[map.Databases[partition]], databases.All[to]);
        if (source == target)
        {
            say($"Partition {partition} is in database {to} already.");
            return true;
        }

        await RaiseAsync(source, target, 0, cancellation);
        await ReachAsync(MoveStep.Raised);
        var copied = new Copied { Timelines = TimelinesOf(source, target) };
        await CatchUpAsync(partition, source, target, copied, cancellation);
        await ReachAsync(MoveStep.Copied);
        await VerifyAsync(partition, target, copied, 0, cancellation);
        say($"{copied.Count} events are copied and verified.");
        await ReachAsync(MoveStep.Verified);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            await CatchUpAsync(partition, source, target, copied, cancellation);
            await RaiseAsync(source, target, LeastMargin, cancellation);
            if (await TrySwitchAsync(partition, map, source, target, copied, cancellation))
            {
                return true;
            }

            say($"The rest took too long, attempt {attempt}; appends go on.");
        }

        say("The partition has not moved: too much is appended to it. Nothing is lost; try again when less is.");
        return false;
    }

    /// <summary>Raises the positions that the target gives beyond those of the source.</summary>
    /// <param name="enough">The margin that is enough; 0 for none.</param>
    private static async Task RaiseAsync(JournalDatabase source, JournalDatabase target, long enough, CancellationToken cancellation)
    {
        await using var origin = await source.Source.OpenConnectionAsync(cancellation);
        await using var connection = await target.Source.OpenConnectionAsync(cancellation);
        var next = await NextAsync(origin, cancellation);
        if (enough > 0 && await NextAsync(connection, cancellation) >= next + enough)
        {
            return;
        }

        var needed = next + Margin;
        await using var transaction = await LockAsync(connection, cancellation);
        await ExecuteAsync(
            connection,
            "UPDATE journal_epoch SET xid_offset = greatest(xid_offset, $1 - pg_current_xact_id()::text::bigint)",
            cancellation,
            new NpgsqlParameter<long> { TypedValue = needed });
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Copies what is not copied yet, until a round has little to copy.</summary>
    private async Task CatchUpAsync(int partition, JournalDatabase source, JournalDatabase target, Copied copied, CancellationToken cancellation)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            if (await CopyAsync(partition, source, target, copied, stableOnly: true, cancellation) < Few)
            {
                return;
            }
        }
    }

    /// <summary>Copies the events of the partition behind those that are copied.</summary>
    /// <param name="stableOnly">Whether to leave out events before which a running transaction may still insert others.</param>
    /// <returns>How many there were.</returns>
    private async Task<int> CopyAsync(
        int partition, JournalDatabase source, JournalDatabase target, Copied copied, bool stableOnly, CancellationToken cancellation)
    {
        await using var from = await source.Source.OpenConnectionAsync(cancellation);
        await using var into = await target.Source.OpenConnectionAsync(cancellation);
        var before = copied.Count;
        while (true)
        {
            var page = await ReadAsync(from, copied.Through, stableOnly, cancellation);
            var own = page.Rows.FindAll(row => partitions.PartitionOf(row.Stream) == partition);
            if (own.Count > 0)
            {
                await InsertAsync(into, own, cancellation);
                copied.Take(own);
            }

            copied.Through = Math.Max(copied.Through, page.Through);
            if (page.Rows.Count < PageLength)
            {
                return (int)(copied.Count - before);
            }
        }
    }

    /// <summary>Compares what the target has of the partition, behind a position, with what was copied: count and hash.</summary>
    /// <exception cref="InvalidDataException">They differ.</exception>
    private async Task VerifyAsync(int partition, JournalDatabase target, Copied copied, long after, CancellationToken cancellation)
    {
        await using var connection = await target.Source.OpenConnectionAsync(cancellation);
        var found = new Copied { Through = after };
        while (true)
        {
            var page = await ReadAsync(connection, found.Through, stableOnly: false, cancellation);
            found.Take(page.Rows.FindAll(row => row.Position <= copied.Through && partitions.PartitionOf(row.Stream) == partition));
            found.Through = page.Through;
            if (page.Rows.Count < PageLength || page.Through >= copied.Through)
            {
                break;
            }
        }

        var (expected, actual) = (copied.TakeSum(), found.TakeSum());
        if (expected != actual)
        {
            throw new InvalidDataException(
                $"Database {target.Number} has {actual.Count} events of partition {partition} behind position {after} with hash {actual.Hash}, and "
                + $"{expected.Count} with hash {expected.Hash} were copied. The partition has not moved.");
        }
    }

    /// <summary>Stops the appends of the partition, copies the rest, verifies it and switches the map.</summary>
    /// <returns>False if that would take too long: appends go on in the source.</returns>
    private async Task<bool> TrySwitchAsync(
        int partition, PartitionMap map, JournalDatabase source, JournalDatabase target, Copied copied, CancellationToken cancellation)
    {
        await using var first = await databases.All[0].Source.OpenConnectionAsync(cancellation);
        await using var origin = await source.Source.OpenConnectionAsync(cancellation);
        await VerifyAsync(partition, target, copied, copied.Verified, cancellation);
        var deadline = await ScalarAsync(first, $"SELECT clock_timestamp() + interval '{SwitchWithin} s'", cancellation);
        var fence = await CloseAsync(origin, partition, map, cancellation);
        var stopped = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LongestStop);
        try
        {
            await ReachAsync(MoveStep.Closed);
            var behind = copied.Through;
            await CopyAsync(partition, source, target, copied, stableOnly: false, limit.Token);
            await VerifyAsync(partition, target, copied, behind, limit.Token);
            await ReachAsync(MoveStep.Completed);
            limit.Token.ThrowIfCancellationRequested();
            if (copied.Timelines != TimelinesOf(source, target))
            {
                // A standby may lack what was verified on its primary.
                throw new InvalidOperationException("A database has failed over meanwhile. The partition has not moved; try again.");
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // What was copied stays; the next attempt verifies it.
            await OpenAsync(origin, fence);
            return false;
        }
        catch (Exception fault) when (fault is not AbandonedException)
        {
            await OpenAsync(origin, fence);
            throw;
        }

        var moved = new PartitionMap(map.Journal, map.Version + 1, [.. map.Databases.Select((database, number) => number == partition ? target.Number : database)]);
        await SwitchAsync(first, moved, map, source.Number == 0 ? fence : null, deadline!, cancellation);
        say($"Partition {partition} is in database {target.Number}; its appends were stopped for {stopped.Elapsed.TotalMilliseconds:F0} ms.");
        await ReachAsync(MoveStep.Switched);
        await databases.RefreshAsync(cancellation);
        await Task.Delay(LearnWithin, cancellation);
        return true;
    }

    /// <summary>The switch: one update, of the row that counts.</summary>
    /// <param name="fence">The fence of the closing where the source is database 0, so that its row is the same.</param>
    /// <param name="deadline">By the clock of database 0.</param>
    private static async Task SwitchAsync(
        NpgsqlConnection first, PartitionMap moved, PartitionMap before, long? fence, object deadline, CancellationToken cancellation)
    {
        var switched = await ExecuteAsync(
            first,
            """
            UPDATE journal_map SET version = $1, partitions = $2, fence = fence + 1, closed = '{}', closed_until = NULL
            WHERE version = $3 AND ($4 = 0 OR fence = $4) AND clock_timestamp() < $5
            """,
            cancellation,
            new NpgsqlParameter<long> { TypedValue = moved.Version },
            new NpgsqlParameter<int[]> { TypedValue = [.. moved.Databases], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            new NpgsqlParameter<long> { TypedValue = before.Version },
            new NpgsqlParameter<long> { TypedValue = fence ?? 0 },
            new NpgsqlParameter { Value = deadline });
        if (switched != 1)
        {
            throw new InvalidOperationException("The map was changed meanwhile, or the switch came too late. The partition has not moved.");
        }
    }

    /// <summary>Stops the appends of a partition: those that run end first, later ones are refused.</summary>
    /// <returns>The fence.</returns>
    private static async Task<long> CloseAsync(NpgsqlConnection source, int partition, PartitionMap map, CancellationToken cancellation)
    {
        await using var transaction = await LockAsync(source, cancellation);
        await using var close = new NpgsqlCommand(
            $"""
            UPDATE journal_map SET closed = ARRAY[$1], closed_until = clock_timestamp() + interval '{ClosedFor} s', fence = fence + 1
            WHERE version = $2 AND closed_until IS NULL
            RETURNING fence
            """,
            source)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = partition }, new NpgsqlParameter<long> { TypedValue = map.Version } },
        };
        var fence = await close.ExecuteScalarAsync(cancellation) as long?
            ?? throw new InvalidOperationException($"Another move is in progress, or was ended less than {ClosedFor} s ago. Try again then.");
        await transaction.CommitAsync(cancellation);
        return fence;
    }

    private static async Task OpenAsync(NpgsqlConnection source, long fence) => await ExecuteAsync(
        source,
        "UPDATE journal_map SET closed = '{}', closed_until = NULL, fence = fence + 1 WHERE fence = $1",
        CancellationToken.None,
        new NpgsqlParameter<long> { TypedValue = fence });

    /// <summary>Begins a transaction in which nothing is appended: it waits for the appends that run.</summary>
    private static async Task<NpgsqlTransaction> LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"SET LOCAL lock_timeout = {LockPatience}", cancellation);
        await ExecuteAsync(connection, "LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE", cancellation);
        return transaction;
    }

    /// <summary>The transaction of the position that a database gives next, as positions count them.</summary>
    private static async Task<long> NextAsync(NpgsqlConnection connection, CancellationToken cancellation) => (long)(await ScalarAsync(
        connection,
        "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint + xid_offset FROM journal_epoch",
        cancellation))!;

    private static async Task<(List<JournalCopy> Rows, long Through)> ReadAsync(
        NpgsqlConnection connection, long after, bool stableOnly, CancellationToken cancellation)
    {
        var stable = stableOnly ? $" AND position < {JournalQueries.StablePosition}" : "";
        await using var command = new NpgsqlCommand($"{Rows}{stable} ORDER BY position LIMIT {PageLength}", connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<JournalCopy>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new JournalCopy(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3), reader.GetFieldValue<byte[]>(4),
                reader.GetFieldValue<DateTime>(5), reader.GetInt64(6), reader.IsDBNull(7) ? null : reader.GetString(7)));
        }

        return (rows, rows.Count > 0 ? rows[^1].Position : after);
    }

    private static Task<int> InsertAsync(NpgsqlConnection connection, List<JournalCopy> rows, CancellationToken cancellation) => ExecuteAsync(
        connection,
        """
        INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch, trace)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
        """,
        cancellation,
        Array(NpgsqlDbType.Bigint, rows, row => row.Position),
        Array(NpgsqlDbType.Text, rows, row => row.Stream),
        Array(NpgsqlDbType.Bigint, rows, row => row.Version),
        Array(NpgsqlDbType.Text, rows, row => row.Type),
        Array(NpgsqlDbType.Bytea, rows, row => row.Payload),
        Array(NpgsqlDbType.TimestampTz, rows, row => row.RecordedAt),
        Array(NpgsqlDbType.Bigint, rows, row => row.Batch),
        Array(NpgsqlDbType.Text, rows, row => row.Trace));

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType type, List<JournalCopy> rows, Func<JournalCopy, T> value) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. rows.Select(value)] };

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static (int Source, int Target) TimelinesOf(JournalDatabase source, JournalDatabase target) =>
        (source.Servers.Fence.Timeline, target.Servers.Fence.Timeline);

    private Task ReachAsync(MoveStep step) => reached?.Invoke(step) ?? Task.CompletedTask;

    /// <summary>What was copied, or found, of a partition.</summary>
    private sealed class Copied
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _unverified;

        /// <summary>The timelines of source and target when the copying began.</summary>
        public (int Source, int Target) Timelines { get; init; }

        /// <summary>The position up to which everything is copied.</summary>
        public long Through { get; set; }

        /// <summary>The position up to which it was verified.</summary>
        public long Verified { get; private set; }

        /// <summary>How many events.</summary>
        public long Count { get; private set; }

        public void Take(List<JournalCopy> rows)
        {
            foreach (var row in rows)
            {
                _hash.AppendData(Encoding.UTF8.GetBytes($"{row.Position} {row.Stream} {row.Version} {row.Type} {row.RecordedAt:O} {row.Batch} {row.Trace}\n"));
                _hash.AppendData(row.Payload);
            }

            Count += rows.Count;
            _unverified += rows.Count;
        }

        /// <summary>How many events since the last sum, and their hash.</summary>
        public (long Count, string Hash) TakeSum()
        {
            var sum = (_unverified, Convert.ToHexStringLower(_hash.GetHashAndReset()));
            (_unverified, Verified) = (0, Through);
            return sum;
        }
    }
}

/// <summary>A row of the journal, with everything that it has.</summary>
internal sealed record JournalCopy(
    long Position, string Stream, long Version, string Type, byte[] Payload, DateTime RecordedAt, long Batch, string? Trace);

/// <summary>A step of a <see cref="PartitionMove"/> that was taken.</summary>
public enum MoveStep
{
    /// <summary>The target gives later positions.</summary>
    Raised,

    /// <summary>Nearly all events are copied.</summary>
    Copied,

    /// <summary>They are verified.</summary>
    Verified,

    /// <summary>The source takes no appends of the partition.</summary>
    Closed,

    /// <summary>All events are copied and verified.</summary>
    Completed,

    /// <summary>The map says that the partition is in the target.</summary>
    Switched,
}

/// <summary>Ends a move as the death of its process does: nothing is undone. For tests.</summary>
public sealed class AbandonedException : Exception;
