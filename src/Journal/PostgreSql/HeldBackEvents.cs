using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>Events that are durable and that readers do not get yet, because a transaction of the database server is still open.</summary>
/// <param name="Since">When the first of them was recorded.</param>
/// <param name="Transaction">The oldest open transaction, which keeps them back.</param>
public sealed record HeldBackEvents(DateTimeOffset Since, OpenTransaction Transaction)
{
    /// <summary>A transaction that is open for less time is one that is about to end.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The first event after a position that readers do not get yet, with the transaction whose id is the oldest: its session, or the
    /// name under which it was prepared. Both are known for every database of the server. The age of another role's transaction
    /// needs <c>pg_read_all_stats</c>; without it, that of the event stands for it.
    /// </summary>
    private const string Read =
        $"""
        SELECT waiting.recorded_at, oldest.session, oldest.application, oldest.database, oldest.xid,
               extract(epoch FROM clock_timestamp() - coalesce(oldest.began, waiting.recorded_at))::float8
        FROM (SELECT recorded_at FROM journal WHERE position > $1 AND position >= {JournalQueries.StablePosition} ORDER BY position LIMIT 1) AS waiting
        CROSS JOIN LATERAL (
            SELECT * FROM (
                SELECT pid AS session, application_name AS application, datname::text AS database, backend_xid AS xid, xact_start AS began
                FROM pg_stat_activity WHERE backend_xid IS NOT NULL
                UNION ALL
                SELECT 0, 'prepared transaction ' || gid, database::text, transaction, prepared FROM pg_prepared_xacts) AS open
            ORDER BY age(xid) DESC LIMIT 1) AS oldest
        """;

    /// <summary>The events after a position that an open transaction has held back for longer than <see cref="Patience"/>.</summary>
    /// <param name="afterPosition">The position up to which the journal has been read.</param>
    /// <returns>Null if there are none.</returns>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public static async Task<HeldBackEvents?> FindAsync(NpgsqlDataSource dataSource, long afterPosition, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Read);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterPosition });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation) || reader.GetDouble(5) < Patience.TotalSeconds)
        {
            return null;
        }

        return new HeldBackEvents(
            reader.GetFieldValue<DateTimeOffset>(0),
            new OpenTransaction(
                reader.GetInt32(1),
                reader.IsDBNull(2) ? "" : reader.GetString(2),
                reader.IsDBNull(3) ? "" : reader.GetString(3),
                reader.GetFieldValue<uint>(4),
                TimeSpan.FromSeconds(reader.GetDouble(5))));
    }
}

/// <summary>An open transaction that has written, in any database of the server.</summary>
/// <param name="Session">The process id of its session; 0 for a prepared transaction, which has none.</param>
/// <param name="Application">The application name of its session, or the name under which it was prepared.</param>
/// <param name="Database">The database.</param>
/// <param name="Xid">Its id.</param>
/// <param name="Age">How long it has been open.</param>
public sealed record OpenTransaction(int Session, string Application, string Database, uint Xid, TimeSpan Age)
{
    /// <summary>Ends its session, if that is a client's and still has this transaction open.</summary>
    /// <returns>Whether the session was told to end.</returns>
    /// <exception cref="PostgresException">The role may not end it: that needs <c>pg_signal_backend</c>, or the same role.</exception>
    public async Task<bool> EndAsync(NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))
            FROM pg_stat_activity WHERE pid = $1 AND backend_xid = $2 AND backend_type = 'client backend'
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Session });
        command.Parameters.Add(new NpgsqlParameter<uint> { TypedValue = Xid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid });
        return await command.ExecuteScalarAsync(cancellation) is > 0L;
    }

    /// <inheritdoc/>
    public override string ToString() => Session == 0
        ? $"{Application} of database {Database}, open for {Age:hh\\:mm\\:ss}"
        : $"the transaction of session {Session} ({(Application.Length > 0 ? Application : "no application name")}, database {Database}), open for {Age:hh\\:mm\\:ss}";
}
