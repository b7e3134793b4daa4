using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>The statements that read the journal: the same on a primary and on a standby.</summary>
internal static class JournalQueries
{
    private const string Select = "SELECT position, stream, version, type, payload, recorded_at, trace FROM journal";

    /// <summary>The lateral query is sorted, so the planner runs it for each stream and cannot make it a scan.</summary>
    private const string SelectEach =
        $"SELECT j.* FROM unnest($1, $2) AS r(stream, after) CROSS JOIN LATERAL ({Select} WHERE stream = r.stream AND version > r.after ORDER BY version) j";

    /// <summary>
    /// The position below which nothing can change any more. Rows that lie above all transactions of this server were restored,
    /// and nothing has been appended since (otherwise the offset would be ahead of them); then all rows are stable.
    /// </summary>
    internal const string StablePosition =
        """
        (SELECT greatest(
            (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + xid_offset) << 20,
            CASE WHEN newest >> 20 >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + xid_offset THEN newest + 1 END)
        FROM journal_epoch, (SELECT max(position) AS newest FROM journal) AS restored)
        """;

    /// <inheritdoc cref="IJournal.ReadStreamAsync"/>
    public static JournalQuery OfStream(string stream, long afterVersion) =>
        new($"{Select} WHERE stream = $1 AND version > $2 ORDER BY version", Text(stream), Number(afterVersion));

    /// <summary>The events of each stream after its version, each stream's in order.</summary>
    public static JournalQuery OfEach(string[] streams, long[] after) =>
        new(SelectEach, Texts(streams), new NpgsqlParameter<long[]> { TypedValue = after });

    /// <inheritdoc cref="IJournal.ReadStreamPartAsync"/>
    public static JournalQuery OfStreamPart(string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types) => new(
        $"{Select} WHERE stream = $1 AND version > $2 AND version <= $3 AND type = ANY($4) ORDER BY version",
        Text(stream), Number(afterVersion), Number(throughVersion), Texts(types));

    /// <inheritdoc cref="IJournal.ReadStreamsAsync"/>
    public static JournalQuery OfStreams(IReadOnlyCollection<string> streams) =>
        new($"{Select} WHERE stream = ANY($1) ORDER BY stream, version", Texts(streams));

    /// <summary>
    /// A position contains its transaction's id. So all rows of transactions older than the oldest running one lie below that
    /// one's positions: they can no longer change, and this snapshot sees them. Rows of running or later transactions lie above
    /// and belong to a later page, whichever transaction commits first. A transaction that stays open anywhere in the database
    /// cluster delays readers, as it delays vacuum.
    /// </summary>
    public static JournalQuery OfAll(long afterPosition, int limit) => new(
        $"{Select} WHERE position > $1 AND position < {StablePosition} ORDER BY position LIMIT $2", Number(afterPosition), Number(limit));

    /// <inheritdoc cref="IJournalStore.ReadTypeAsync"/>
    public static JournalQuery OfType(string type, long afterPosition, int limit) => new(
        $"{Select} WHERE position > $1 AND type = $2 ORDER BY position LIMIT $3", Number(afterPosition), Text(type), Number(limit));

    /// <summary>The last event that is stable.</summary>
    public static JournalQuery OfEnd() => new($"{Select} WHERE position < {StablePosition} ORDER BY position DESC LIMIT 1");

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<string[]> Texts(IReadOnlyCollection<string> values) => new() { TypedValue = [.. values] };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };
}

/// <summary>A statement and the values of its parameters.</summary>
internal readonly struct JournalQuery(string sql, params NpgsqlParameter[] parameters)
{
    /// <summary>The statement.</summary>
    public string Sql => sql;

    /// <summary>Gives a command the values; the query can be run again.</summary>
    public void AddTo(NpgsqlCommand command)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter.Clone());
        }
    }
}
