using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>Which history a PostgreSQL server has.</summary>
/// <param name="System">The identifier that initdb gave; a server and its standbys have the same.</param>
/// <param name="Timeline">Grows by one with every promotion of a standby. Of two primaries of one system the higher is the newer.</param>
public readonly record struct ServerHistory(long System, int Timeline)
{
    /// <summary>
    /// The timeline of a primary is in the name of the file that it writes: the control file tells the old one for a while after a
    /// promotion. The functions fail during recovery, so a standby tells what it receives.
    /// </summary>
    private const string TimelineOf =
        """
        CASE WHEN pg_is_in_recovery()
            THEN greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT max(received_tli) FROM pg_stat_wal_receiver))
            ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END
        """;

    /// <summary>What <see cref="Of"/> reads, as the first columns of a query.</summary>
    internal const string Columns = $"pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system()), {TimelineOf}";

    private const string Query = $"SELECT {Columns}";

    /// <summary>Asks the server of a session.</summary>
    /// <returns>Its history, and whether it is a standby.</returns>
    /// <exception cref="NpgsqlException">It does not answer.</exception>
    internal static async Task<(ServerHistory History, bool IsStandby)> ReadAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Query, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return Of(reader);
    }

    /// <inheritdoc cref="ReadAsync"/>
    internal static (ServerHistory History, bool IsStandby) Read(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Query, connection);
        using var reader = command.ExecuteReader();
        reader.Read();
        return Of(reader);
    }

    /// <summary>The history in a row that begins with <see cref="Columns"/>, and whether the server is a standby.</summary>
    internal static (ServerHistory History, bool IsStandby) Of(NpgsqlDataReader reader) =>
        (new ServerHistory(reader.GetInt64(1), reader.GetInt32(2)), reader.GetBoolean(0));
}
