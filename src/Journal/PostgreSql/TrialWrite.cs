using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>A commit that changes nothing and finds out whether the server takes writes.</summary>
internal static class TrialWrite
{
    /// <summary>
    /// Locks a row, which needs a transaction id and a commit record that is flushed, but leaves no dead row behind. A read-only
    /// session refuses it. The lock is one that processes share.
    /// </summary>
    internal const string Touch = "SELECT only_row FROM journal_epoch FOR KEY SHARE";

    /// <summary>
    /// Rows of about 45 KB for the journal's table, which must find room for them. They are rolled back, so their positions and stream
    /// are never seen.
    /// </summary>
    private const string Fill =
        """
        INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
        SELECT -number, 'trial', number, 'trial', convert_to(repeat('.', 1400), 'UTF8'), now(), 0 FROM generate_series(1, 32) AS number
        """;

    /// <exception cref="NpgsqlException">The server cannot be reached or takes no writes.</exception>
    public static async Task RunAsync(NpgsqlDataSource dataSource, bool thorough, CancellationToken cancellation)
    {
        try
        {
            await TryAsync(dataSource, thorough, cancellation);
        }
        catch (NpgsqlException) when (!cancellation.IsCancellationRequested)
        {
            // After a restart of the server the first use of a pooled connection fails.
            await TryAsync(dataSource, thorough, cancellation);
        }
    }

    private static async Task TryAsync(NpgsqlDataSource dataSource, bool thorough, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using (var touch = new NpgsqlCommand(Touch, connection))
        {
            await touch.ExecuteNonQueryAsync(cancellation);
        }

        if (!thorough)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var fill = new NpgsqlCommand(Fill, connection, transaction);
        await fill.ExecuteNonQueryAsync(cancellation);
        await transaction.RollbackAsync(cancellation);
    }
}
