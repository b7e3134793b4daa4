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
        ({Base}) + r.ordinal,
        r.stream, r.version, r.type, r.payload, r.recorded_at, $8, r.trace
        """;

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
            SELECT {Row} FROM r WHERE (SELECT bool_and(follows) FROM r)
            RETURNING 1)
        SELECT count(*) FROM written
        """;

    /// <summary>
    /// Inserts all rows, none of which needs a look-up of its predecessor. It inserts nothing if a pooler has switched the
    /// connection to another server process, because the versions known on this connection may not exist there.
    /// </summary>
    private const string InsertFollowing =
        $"""
        WITH written AS (INSERT INTO journal ({Columns}) SELECT {Row} FROM {Rows} WHERE pg_backend_pid() = $9 RETURNING 1)
        SELECT count(*) FROM written
        """;

    private const string InsertAbsent =
        $"""
        WITH r AS MATERIALIZED (SELECT * FROM {Rows}),
        heads AS (
            INSERT INTO journal ({Columns})
            SELECT {Row} FROM r {Predecessor}
            WHERE r.version = r.after + 1 AND (r.after = 0 OR predecessor.found)
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

    private readonly NpgsqlConnection _connection;
    private readonly JournalColumns _columns = new();
    private readonly List<string> _headStreams = [];
    private readonly List<long> _headVersions = [];
    private readonly KnownVersions _known = new();
    private readonly NpgsqlCommand _insertAll;
    private readonly NpgsqlCommand _insertFollowing;
    private readonly NpgsqlCommand _insertAbsent;
    private readonly NpgsqlCommand _readHeads;

    private PostgreSqlJournalWriter(NpgsqlConnection connection, int serverProcess, TimeSpan timeout)
    {
        _connection = connection;
        _insertAll = Command(InsertAll, timeout, [.. RowParameters(), Batch()]);
        _insertFollowing = Command(InsertFollowing, timeout, [.. RowParameters(), Batch(), new NpgsqlParameter<int> { TypedValue = serverProcess }]);
        _insertAbsent = Command(InsertAbsent, timeout, [.. RowParameters(), Batch()]);
        _readHeads = Command(ReadHeads, timeout, [Array(NpgsqlDbType.Text, _headStreams), Array(NpgsqlDbType.Bigint, _headVersions), Batch()]);
    }

    public static async Task<PostgreSqlJournalWriter> OpenAsync(NpgsqlDataSource dataSource, TimeSpan timeout)
    {
        var connection = await dataSource.OpenConnectionAsync();
        try
        {
            var writer = new PostgreSqlJournalWriter(connection, await PrepareSessionAsync(connection), timeout);
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

        _known.Learn(appends);
        return true;
    }

    /// <summary>
    /// Inserts the appends whose first version is free and skips the others, then reads back which of them are durable under this
    /// batch's number. A second insert of a key waits for the transaction that holds the first, so the result is correct even if
    /// an earlier attempt still runs on an abandoned connection.
    /// </summary>
    public async Task InsertAbsentAsync(JournalAppend[] appends, long batch, bool[] durable)
    {
        _columns.Fill(appends);
        Set(_insertAbsent, batch);
        await _insertAbsent.ExecuteNonQueryAsync();

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

    /// <summary>Sets up a session.</summary>
    /// <returns>The number of the server process that serves the session.</returns>
    private static async Task<int> PrepareSessionAsync(NpgsqlConnection connection)
    {
        // Durable means flushed, whatever the server's default is. A look-up in the journal must be an index look-up, even when
        // the statement was planned while the table was empty. The planner forbids a scan only by an enormous cost, and that cost
        // would trigger JIT compilation, so JIT is off. Positions must keep growing after a restore.
        await using var command = new NpgsqlCommand(
            """
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
            SET enable_seqscan = off;
            SET enable_bitmapscan = off;
            SET jit = off;
            UPDATE journal_epoch
            SET xid_offset = (SELECT max(position) >> 20 FROM journal) + 1 - pg_current_xact_id()::text::bigint
            WHERE (SELECT max(position) >> 20 FROM journal) >= pg_current_xact_id()::text::bigint + xid_offset;
            """,
            connection);
        await command.ExecuteNonQueryAsync();
        await using var process = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int)(await process.ExecuteScalarAsync())!;
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
