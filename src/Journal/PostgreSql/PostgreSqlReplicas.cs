using System.Data;
using System.Net.Sockets;
using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// The standbys of the connection string as servers to read from. A standby tells only how far in the log it has come, so each look at the hosts
/// (<see cref="PostgreSqlServers.LookAsync"/>) notes the time at which it asked and the end of the log that the primary answered. A standby that has
/// applied the log up to that end shows everything that was committed when the look began: it is no older than the look.
/// </summary>
/// <remarks>
/// The time of the last applied transaction (<c>pg_last_xact_replay_timestamp</c>) would not do: without writes it grows old although nothing is missing,
/// and it comes from another machine's clock.
/// </remarks>
public sealed class PostgreSqlReplicas : IAsyncDisposable
{
    /// <summary>Looks that are kept: ten minutes of them.</summary>
    private const int MostLooks = 600;

    /// <summary>How long a statement may take before the primary is asked instead, in seconds.</summary>
    private const int Patience = 3;

    private const int Connections = 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(long At, long Written)> _looks = new();
    private readonly Dictionary<PostgreSqlHost, NpgsqlDataSource> _sources = [];
    private ServerHistory _history;
    private List<(PostgreSqlHost Host, long Replayed)> _standbys = [];
    private int _turn;
    private bool _isDisposed;

    /// <summary>
    /// Opens a snapshot of a standby that is not too old. What the snapshot shows was there when the primary was last asked before the age began, and all of it
    /// is of one moment.
    /// </summary>
    /// <param name="mostAge">How old it may be.</param>
    /// <returns>The snapshot, which the caller disposes of; or why there is none.</returns>
    public async Task<(ReplicaSnapshot? Snapshot, NoReplica Reason)> TryOpenAsync(TimeSpan mostAge, CancellationToken cancellation)
    {
        var reason = NoReplica.Away;
        foreach (var host in Candidates(mostAge, ref reason))
        {
            try
            {
                if (await TryOpenAsync(host, mostAge, cancellation) is { } snapshot)
                {
                    return (snapshot, default);
                }

                reason = NoReplica.Stale;
            }
            catch (Exception fault) when (IsFault(fault))
            {
                reason = NoReplica.Away;
                Avoid(host);
            }
        }

        return (null, reason);
    }

    /// <summary>Whether a fault is that of a server, a connection or a statement: the primary may do better.</summary>
    public static bool IsFault(Exception fault) => fault is NpgsqlException or IOException or SocketException or TimeoutException or ObjectDisposedException;

    /// <summary>Takes in what the hosts have answered.</summary>
    /// <param name="asked">When they were asked, in milliseconds of this process.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="states">The state of each.</param>
    /// <param name="timeline">The timeline that connections lead to.</param>
    /// <param name="isNear">Whether a host may be read from.</param>
    internal void Learn(long asked, IReadOnlyList<PostgreSqlHost> hosts, IReadOnlyList<ServerState> states, int timeline, Predicate<string> isNear)
    {
        lock (_lock)
        {
            if (states.FirstOrDefault(state => state is { IsReachable: true, IsStandby: false } && state.History.Timeline == timeline) is { } primary)
            {
                if (primary.History != _history)
                {
                    // What a primary of an earlier timeline has written may be lost.
                    _history = primary.History;
                    _looks.Clear();
                }

                _looks.AddFirst((asked, primary.Written));
                if (_looks.Count > MostLooks)
                {
                    _looks.RemoveLast();
                }
            }

            _standbys =
            [
                .. hosts.Zip(states).Where(host => host.Second is { IsReachable: true, IsStandby: true } && host.Second.History == _history
                        && isNear(host.First.Name))
                    .Select(host => (host.First, host.Second.Replayed)),
            ];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<NpgsqlDataSource> sources;
        lock (_lock)
        {
            _isDisposed = true;
            sources = [.. _sources.Values];
        }

        foreach (var source in sources)
        {
            await source.DisposeAsync();
        }
    }

    /// <summary>Leaves a standby alone until the next look.</summary>
    internal void Avoid(PostgreSqlHost host)
    {
        lock (_lock)
        {
            _standbys = [.. _standbys.Where(standby => standby.Host != host)];
        }
    }

    /// <summary>The standbys that were new enough when they were last looked at, in turns.</summary>
    private List<PostgreSqlHost> Candidates(TimeSpan mostAge, ref NoReplica reason)
    {
        lock (_lock)
        {
            var fresh = _standbys.Where(standby => IsFresh(standby.Replayed, mostAge)).Select(standby => standby.Host).ToList();
            if (fresh.Count == 0)
            {
                reason = _standbys.Count == 0 ? NoReplica.Away : NoReplica.Stale;
                return fresh;
            }

            var first = (int)((uint)_turn++ % (uint)fresh.Count);
            return [.. fresh[first..], .. fresh[..first]];
        }
    }

    /// <summary>Whether a standby that has applied the log up to here shows what the primary showed at most so long ago.</summary>
    private bool IsFresh(long replayed, TimeSpan mostAge)
    {
        lock (_lock)
        {
            var since = Environment.TickCount64 - (long)mostAge.TotalMilliseconds;
            for (var look = _looks.First; look is not null && look.Value.At >= since; look = look.Next)
            {
                if (look.Value.Written <= replayed)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private async Task<ReplicaSnapshot?> TryOpenAsync(PostgreSqlHost host, TimeSpan mostAge, CancellationToken cancellation)
    {
        var connection = await SourceOf(host).OpenConnectionAsync(cancellation);
        try
        {
            long? replayed;

            // Before the snapshot, which then shows at least this much: PostgreSQL moves the place on after it has applied a record.
            await using (var command = new NpgsqlCommand(
                "SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint END", connection))
            {
                replayed = await command.ExecuteScalarAsync(cancellation) as long?;
            }

            if (replayed is { } place && IsFresh(place, mostAge))
            {
                return new ReplicaSnapshot(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation), host, this);
            }

            if (replayed is null)
            {
                // It was promoted: from now on it is the primary, with sessions of its own.
                Avoid(host);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    private NpgsqlDataSource SourceOf(PostgreSqlHost host)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _sources.TryGetValue(host, out var known) ? known : _sources[host] = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(host.ConnectionString)
                {
                    CommandTimeout = Patience,
                    MaxPoolSize = Connections,
                    MaxAutoPrepare = 50,
                });
        }
    }
}

/// <summary>Why no replica is read.</summary>
public enum NoReplica
{
    /// <summary>No standby answers, or none that follows the primary.</summary>
    Away,

    /// <summary>The standbys are older than an answer may be.</summary>
    Stale,
}
