using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// Snapshots of several databases of a journal at one moment: while they are taken, nothing is appended to any of them. So no backup made
/// from them has an order without the stock and money that it was placed on, whichever databases have these. They live until this is
/// disposed of.
/// </summary>
public sealed class OneMoment : IAsyncDisposable
{
    /// <summary>How long appends may be kept waiting, in milliseconds: for those that are running, which end within that time or not at all.</summary>
    private const int Patience = 2_000;

    private readonly List<NpgsqlConnection> _sessions = [];

    private OneMoment()
    {
    }

    /// <summary>The name of the snapshot in each database, for <c>pg_dump --snapshot</c>.</summary>
    public IReadOnlyList<string> Snapshots { get; private set; } = [];

    /// <summary>The server of each, which is one of those that its connection string names.</summary>
    public IReadOnlyList<(string Host, int Port)> Servers => [.. _sessions.Select(session => (session.Host!, session.Port))];

    /// <summary>Takes them.</summary>
    /// <exception cref="NpgsqlException">A database cannot be reached, or an append did not end in time. Nothing waits any more.</exception>
    public static async Task<OneMoment> TakeAsync(JournalDatabases databases, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(databases);
        var moment = new OneMoment();
        var locks = new List<NpgsqlConnection>();
        try
        {
            // Opened before anything is locked.
            foreach (var database in databases.All)
            {
                locks.Add(await database.Source.OpenConnectionAsync(cancellation));
                moment._sessions.Add(await database.Source.OpenConnectionAsync(cancellation));
            }

            foreach (var session in locks)
            {
                await ExecuteAsync(session, $"BEGIN; SET LOCAL lock_timeout = {Patience}; LOCK TABLE journal IN SHARE MODE", cancellation);
            }

            moment.Snapshots = await Task.WhenAll(moment._sessions.Select(session => SnapshotAsync(session, cancellation)));
            return moment;
        }
        catch
        {
            await moment.DisposeAsync();
            throw;
        }
        finally
        {
            foreach (var session in locks)
            {
                // Its transaction ends when it returns to its pool.
                await session.DisposeAsync();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
        {
            await session.DisposeAsync();
        }
    }

    private static async Task<string> SnapshotAsync(NpgsqlConnection session, CancellationToken cancellation)
    {
        await ExecuteAsync(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellation);
        await using var command = new NpgsqlCommand("SELECT pg_export_snapshot()", session);
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
