using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// The right to move or to clean partitions, which one process has at a time: a lock of a session in database 0. PostgreSQL ends it with the
/// session, also that of a machine that has lost its power.
/// </summary>
internal sealed class PartitionTurn : IAsyncDisposable
{
    private const long Lock = PostgreSqlSchema.Lock + 3;

    // The server notices within 25 s that the other machine is gone.
    private static readonly string[] Probes = ["SET tcp_keepalives_idle = 10", "SET tcp_keepalives_interval = 5", "SET tcp_keepalives_count = 3"];

    private readonly NpgsqlConnection _connection;

    private PartitionTurn(NpgsqlConnection connection) => _connection = connection;

    /// <exception cref="InvalidOperationException">Another process has it.</exception>
    /// <exception cref="NpgsqlException">Database 0 cannot be reached.</exception>
    public static async Task<PartitionTurn> TakeAsync(JournalDatabases databases, CancellationToken cancellation)
    {
        var connection = await databases.All[0].Source.OpenConnectionAsync(cancellation);
        try
        {
            foreach (var setting in Probes)
            {
                await ExecuteAsync(connection, setting, cancellation);
            }

            return await ExecuteAsync(connection, $"SELECT pg_try_advisory_lock({Lock})", cancellation) is true
                ? new PartitionTurn(connection)
                : throw new InvalidOperationException("Another move is in progress, or a cleaning. Try again when it has ended.");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives it back.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ExecuteAsync(_connection, $"SELECT pg_advisory_unlock({Lock})", CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The session is gone, and the lock with it.
        }

        await _connection.DisposeAsync();
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }
}
