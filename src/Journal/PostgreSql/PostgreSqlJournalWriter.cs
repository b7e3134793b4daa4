using Npgsql;
using NpgsqlTypes;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// The connection that appends, with its prepared statements. Each statement is its own transaction: one round trip and one flush
/// to disk. It is not safe for concurrent use; the journal drops it after the first fault.
/// </summary>
internal sealed class PostgreSqlJournalWriter : IAsyncDisposable
{
    private const string Columns = "position, stream, version, type, payload, recorded_at, batch, trace";

    private const string Rows =
        "unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY AS r(stream, version, after, type, payload, recorded_at, trace, ordinal)";

    /// <summary>The position that the transaction's events follow; see <c>Schema/PostgreSql/0001-journal.sql</c>.</summary>
    private const string Base = "SELECT (pg_current_xact_id()::text::bigint + xid_offset) << 20 FROM journal_epoch";

    /// <summary>PostgreSQL evaluates the scalar subquery once per statement.</summary>
    private const string Row =
        $"""
        ({Base}) + {Ordinal},
        r.stream, r.version, r.type, r.payload, r.recorded_at, $8, r.trace
        """;

    private const string AllFollow = "(SELECT bool_and(follows) FROM r)";

    private const string IsSameProcess = "pg_backend_pid() = $9";

    private const string IsHead = "r.version = r.after + 1";

    /// <summary>The conditions under which the statements insert anything.</summary>
    private static readonly string[] Conditions = [AllFollow, IsSameProcess, IsHead];

    /// <summary>The place of a row's position within those of its transaction: see <see cref="Of"/>.</summary>
    private const string Ordinal = "r.ordinal";

    /// <summary>
    /// True if the version that the append follows exists. The unique key refuses a version that is taken; this predicate refuses
    /// a version that would leave a gap, for example after a failover that lost a silo's last commits while its grains still
    /// live. The lateral join with its limit cannot become a scan of the journal, whatever the planner estimates for the table's
    /// size.
    /// </summary>
    private const string Predecessor =
        """
        LEFT JOIN LATERAL (
            SELECT true AS found FROM journal j
            WHERE r.after > 0 AND j.stream = r.stream AND j.version = r.after LIMIT 1) predecessor ON true
        """;

    /// <summary>Inserts all rows, or none if one would leave a gap: rows may require each other.</summary>
    private const string InsertAll =
        $"""
        WITH r AS MATERIALIZED (SELECT r.*, r.after = 0 OR predecessor.found IS TRUE AS follows FROM {Rows} {Predecessor}),
        written AS (
            INSERT INTO journal ({Columns})
            SELECT {Row} FROM r WHERE {AllFollow}
            RETURNING 1)
        SELECT count(*) FROM written
        """;

    /// <summary>
    /// Inserts all rows, none of which needs a look-up of its predecessor. It inserts nothing if a pooler has switched the
    /// connection to another server process, because the versions known on this connection may not exist there.
    /// </summary>
    private const string InsertFollowing =
        $"""
        WITH written AS (INSERT INTO journal ({Columns}) SELECT {Row} FROM {Rows} WHERE {IsSameProcess} RETURNING 1)
        SELECT count(*) FROM written
        """;

    private const string InsertAbsent =
        $"""
        WITH r AS MATERIALIZED (SELECT * FROM {Rows}),
        heads AS (
            INSERT INTO journal ({Columns})
            SELECT {Row} FROM r {Predecessor}
            WHERE {IsHead} AND (r.after = 0 OR predecessor.found)
            ORDER BY r.stream
            ON CONFLICT (stream, version) DO NOTHING
            RETURNING stream)
        INSERT INTO journal ({Columns})
        SELECT {Row} FROM r JOIN heads USING (stream) WHERE r.version > r.after + 1
        """;

    private const string ReadHeads =
        """
        SELECT h.ordinal, j.batch = $3
        FROM unnest($1, $2) WITH ORDINALITY AS h(stream, version, ordinal)
        JOIN LATERAL (SELECT batch FROM journal WHERE stream = h.stream AND version = h.version LIMIT 1) j ON true
        """;

    /// <summary>
    /// A commit that writes to the log, so it waits as long as a commit of rows does. What an earlier commit wrote is before it in the log.
    /// </summary>
    private const string Touch = TrialWrite.Touch;

    /// <summary>
    /// How far positions move when the journal is opened on a later timeline, in transactions. The new primary gives the ids of lost
    /// transactions again; a reader that has seen the lost events would skip the new ones. Nothing is lost that has not been written, and
    /// the old primary cannot have given 16 million ids that its standby has not seen, unless the standby was hours behind. A position has
    /// room for 2^43 transactions, so for 500,000 promotions.
    /// </summary>
    private const long MostLost = 1 << 24;

    /// <summary>
    /// Moves positions on after a promotion and after a restore into another server, where transaction ids restart.
    /// </summary>
    /// <remarks>
    /// Nobody skips an event. Each writer runs this before it appends on a timeline. Silos that do so at once wait for the first of them at
    /// the row's lock, find the timeline recorded, and change nothing, so every append of the timeline sees the moved offset: it lies
    /// behind every position that was given before, also behind those of lost events. A reader whose snapshot is older than the move sees
    /// no row that was appended after it, and its stable position (<see cref="JournalQueries.StablePosition"/>), with the offset of its
    /// snapshot, lies before all of them. A reader whose snapshot is newer takes both the offset and the oldest running transaction from
    /// it; transactions that run then append with the moved offset, at or behind its stable position.
    /// </remarks>
    private static readonly string KeepPositionsGrowing =
        $"""
        UPDATE journal_epoch SET
            xid_offset = greatest(
                xid_offset + CASE WHEN system_identifier = $1 AND timeline < $2 THEN {MostLost} ELSE 0 END,
                (SELECT max(position) >> 20 FROM journal) + 1 - pg_current_xact_id()::text::bigint),
            system_identifier = $1,
            timeline = $2
        WHERE (system_identifier, timeline) IS DISTINCT FROM ($1, $2)
            OR (SELECT max(position) >> 20 FROM journal) >= pg_current_xact_id()::text::bigint + xid_offset
        """;

    private readonly NpgsqlConnection _connection;
    private readonly PrimaryFence _fence;
    private readonly JournalColumns _columns = new();
    private readonly List<string> _headStreams = [];
    private readonly List<long> _headVersions = [];
    private readonly KnownVersions _known = new();
    private readonly NpgsqlCommand _insertAll;
    private readonly NpgsqlCommand _insertFollowing;
    private readonly NpgsqlCommand _insertAbsent;
    private readonly NpgsqlCommand _readHeads;

    private readonly JournalPartitions? _partitions;
    private readonly AppendGate? _gate;

    private bool _isUnreplicated;

    private PostgreSqlJournalWriter(
        NpgsqlConnection connection, PrimaryFence fence, int serverProcess, int timeline, TimeSpan timeout, int database, JournalPartitions? partitions, AppendGate? gate)
    {
        (_partitions, _gate) = (partitions, gate);
        _connection = connection;
        _fence = fence;
        Timeline = timeline;
        _connection.Notice += (_, notice) => _isUnreplicated |= notice.Notice.SqlState == "01000";
        _insertAll = Command(Of(InsertAll, database, gate), timeout, [.. RowParameters(), Batch()]);
        _insertFollowing = Command(Of(InsertFollowing, database, gate), timeout, [.. RowParameters(), Batch(), new NpgsqlParameter<int> { TypedValue = serverProcess }]);
        _insertAbsent = Command(Of(InsertAbsent, database, gate), timeout, [.. RowParameters(), Batch()]);
        _readHeads = Command(ReadHeads, timeout, [Array(NpgsqlDbType.Text, _headStreams), Array(NpgsqlDbType.Bigint, _headVersions), Batch()]);
    }

    /// <summary>The timeline that the connection writes.</summary>
    public int Timeline { get; }

    /// <param name="database">The number of the database within the journal.</param>
    /// <param name="partitions">The partitions of a journal of several databases; otherwise null.</param>
    public static async Task<PostgreSqlJournalWriter> OpenAsync(
        NpgsqlDataSource dataSource, PrimaryFence fence, TimeSpan timeout, int database, JournalPartitions? partitions)
    {
        var connection = await dataSource.OpenConnectionAsync();
        try
        {
            var (history, isStandby) = await ServerHistory.ReadAsync(connection);
            if (!isStandby)
            {
                // The fence knows it before anything is written.
                fence.Admit($"{connection.Host}:{connection.Port}", history);
            }

            var process = await PrepareSessionAsync(connection, history);
            if (partitions is null && await PartitionMapTable.IsDividedAsync(connection))
            {
                throw new NpgsqlException("a part of the journal is in a database that Granary:Journal:Databases of this process does not name, or is being moved there.");
            }

            var gate = partitions is null ? null
                : await PartitionMapTable.ReadGateAsync(connection, database) ?? throw new NpgsqlException("The database has no map of the journal's partitions.");
            var writer = new PostgreSqlJournalWriter(connection, fence, process, history.Timeline, timeout, database, partitions, gate);
            await writer._insertAll.PrepareAsync();
            await writer._insertFollowing.PrepareAsync();
            return writer;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Inserts every row in one statement, or none.</summary>
    /// <returns>False if nothing was written because a predecessor does not exist.</returns>
    /// <exception cref="PostgresException">Nothing was written.</exception>
    public async Task<bool> InsertAllAsync(JournalAppend[] appends, long batch)
    {
        var insert = _columns.Fill(appends, _known.Covers) ? _insertAll : _insertFollowing;
        Set(insert, batch);
        if (!await HasInsertedAsync(insert))
        {
            return false;
        }

        Confirm();
        _known.Learn(appends);
        return true;
    }

    /// <summary>
    /// Inserts the appends whose first version is free and skips the others, then reads back which of them are durable under this
    /// batch's number. A second insert of a key waits for the transaction that holds the first, so the result is correct even if
    /// an earlier attempt still runs on an abandoned connection. An append that was decided on an earlier timeline is only looked for:
    /// what it builds on may be lost.
    /// </summary>
    public async Task InsertAbsentAsync(JournalAppend[] appends, long batch, bool[] durable)
    {
        var current = appends.Where(append => !IsOutdated(append) && Takes(append)).ToArray();
        if (current.Length > 0)
        {
            _columns.Fill(current);
            Set(_insertAbsent, batch);
            await _insertAbsent.ExecuteNonQueryAsync();
        }

        _headStreams.Clear();
        _headVersions.Clear();
        foreach (var append in appends)
        {
            _headStreams.Add(append.Stream);
            _headVersions.Add(append.AfterVersion + 1);
        }

        Set(_readHeads, batch);
        await using var reader = await _readHeads.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            durable[reader.GetInt64(0) - 1] = reader.GetBoolean(1);
        }

        await reader.DisposeAsync();
        if (durable.Contains(true))
        {
            // Rows that were found may wait for a standby still: a commit that inserts nothing does not wait for them.
            await using var touch = new NpgsqlCommand(Touch, _connection) { CommandTimeout = _insertAbsent.CommandTimeout };
            await touch.ExecuteNonQueryAsync();
        }

        Confirm();
    }

    /// <summary>Whether an append was decided on an earlier timeline than the connection writes.</summary>
    public bool IsOutdated(JournalAppend append) => append.Timeline != 0 && append.Timeline < Timeline;

    /// <summary>Whether the database takes appends for the stream's partition.</summary>
    public bool Takes(JournalAppend append) => _gate is null || _gate.Takes[_partitions!.PartitionOf(append.Stream)];

    /// <summary>Whether the partitions that the database takes have changed since the connection was opened; then it inserts nothing more.</summary>
    public async Task<bool> IsFencedAsync()
    {
        if (_gate is null)
        {
            return await PartitionMapTable.IsDividedAsync(_connection);
        }

        await using var command = new NpgsqlCommand("SELECT fence FROM journal_map", _connection) { CommandTimeout = _insertAbsent.CommandTimeout };
        return await command.ExecuteScalarAsync() is not long fence || fence != _gate.Fence;
    }

    public bool IsOpen => _connection.State == System.Data.ConnectionState.Open;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>
    /// Runs an insert. It has committed when the server is ready for the next statement, not when the row arrives. Asking for
    /// another result waits for that; disposing of the reader would hide a timeout that occurs in between.
    /// </summary>
    private async Task<bool> HasInsertedAsync(NpgsqlCommand insert)
    {
        await using var reader = await insert.ExecuteReaderAsync();
        var all = await reader.ReadAsync() && reader.GetInt64(0) == _columns.Count;
        await reader.NextResultAsync();
        return all;
    }

    /// <summary>
    /// Refuses to call durable what has been committed and may be lost. With synchronous replication a commit whose wait for the standby is
    /// cancelled, as by a timeout, is reported as a success with a warning. And a primary that hung may answer after a standby has taken
    /// its place.
    /// </summary>
    /// <exception cref="NpgsqlException">It must be settled.</exception>
    private void Confirm()
    {
        if (_isUnreplicated)
        {
            throw new NpgsqlException("PostgreSQL did not wait until a standby had the commit.");
        }

        if (_fence.Timeline != Timeline)
        {
            throw new NpgsqlException($"PostgreSQL answered on timeline {Timeline}, and timeline {_fence.Timeline} has been seen since.");
        }
    }

    /// <summary>Sets up a session.</summary>
    /// <returns>The number of the server process that serves the session.</returns>
    private static async Task<int> PrepareSessionAsync(NpgsqlConnection connection, ServerHistory history)
    {
        // Durable means flushed, whatever the server's default is. A look-up in the journal must be an index look-up, even when
        // the statement was planned while the table was empty. The planner forbids a scan only by an enormous cost, and that cost
        // would trigger JIT compilation if PostgreSqlServers did not turn it off.
        await using var command = new NpgsqlCommand(
            """
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
            SET enable_seqscan = off;
            SET enable_bitmapscan = off;
            """,
            connection);
        await command.ExecuteNonQueryAsync();
        await using var positions = new NpgsqlCommand(KeepPositionsGrowing, connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = history.System }, new NpgsqlParameter<int> { TypedValue = history.Timeline } },
        };
        await positions.ExecuteNonQueryAsync();
        await using var process = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int)(await process.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// The statement for a database of several: with the ordinals of the database (<see cref="JournalPosition"/>), and inserting nothing once
    /// the fence has been raised. That of a process that knows only one inserts nothing once a partition moves to another.
    /// </summary>
    private static string Of(string sql, int database, AppendGate? gate)
    {
        var own = database == 0 ? sql : sql.Replace($"+ {Ordinal},", $"+ {JournalPosition.OrdinalsOf(database)} + {Ordinal},", StringComparison.Ordinal);
        var holds = gate is null ? $"NOT {PartitionMapTable.IsDivided}" : $"(SELECT fence FROM journal_map) = {gate.Fence}";
        return Conditions.Aggregate(own, (text, condition) => text.Replace($"WHERE {condition}", $"WHERE {holds} AND {condition}", StringComparison.Ordinal));
    }

    private static void Set(NpgsqlCommand command, long batch) =>
        command.Parameters.OfType<NpgsqlParameter<long>>().Single().TypedValue = batch;

    private static NpgsqlParameter<long> Batch() => new() { NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter<List<T>> Array<T>(NpgsqlDbType type, List<T> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = values };

    private NpgsqlParameter[] RowParameters() =>
    [
        Array(NpgsqlDbType.Text, _columns.Streams),
        Array(NpgsqlDbType.Bigint, _columns.Versions),
        Array(NpgsqlDbType.Bigint, _columns.After),
        Array(NpgsqlDbType.Text, _columns.Types),
        Array(NpgsqlDbType.Bytea, _columns.Payloads),
        Array(NpgsqlDbType.TimestampTz, _columns.RecordedAt),
        Array(NpgsqlDbType.Text, _columns.Traces),
    ];

    private NpgsqlCommand Command(string sql, TimeSpan timeout, NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds) };
        command.Parameters.AddRange(parameters);
        return command;
    }
}
