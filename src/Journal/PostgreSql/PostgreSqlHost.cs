using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>One host of the connection string, asked for its state over one connection of its own.</summary>
public sealed class PostgreSqlHost : IAsyncDisposable
{
    /// <summary>How long a host may take to answer, in seconds.</summary>
    private const int Patience = 2;

    private const string Query =
        $"""
        SELECT {ServerHistory.Columns},
            (CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn)::bigint,
            (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint,
            CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END,
            pg_last_xact_replay_timestamp(),
            current_setting('transaction_read_only') = 'on',
            current_setting('synchronous_standby_names'),
            EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND last_msg_receipt_time > clock_timestamp() - interval '10 s')
        """;

    /// <summary>
    /// <c>replay_lag</c> keeps its last value while a standby hangs, so the time since its last message counts as well. A role that is no
    /// member of <c>pg_monitor</c> sees the rows without their columns.
    /// </summary>
    private const string Standbys =
        """
        SELECT application_name, coalesce(host(client_addr), ''), coalesce(sync_state, ''),
            (pg_current_wal_lsn() - replay_lsn)::bigint,
            CASE WHEN replay_lsn >= pg_current_wal_lsn() THEN 0
                ELSE extract(epoch FROM greatest(replay_lag, clock_timestamp() - reply_time)) END::float8
        FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup' ORDER BY 1, 2
        """;

    private readonly NpgsqlDataSource _source;

    internal PostgreSqlHost(NpgsqlConnectionStringBuilder shared, string host, int port)
    {
        Name = $"{host}:{port}";
        var settings = new NpgsqlConnectionStringBuilder(shared.ConnectionString)
        {
            Host = host,
            Port = port,
            Timeout = Patience,
            CommandTimeout = Patience,
            MinPoolSize = 0,
            MaxPoolSize = 2,
            Pooling = true,
            NoResetOnClose = true,
            Multiplexing = false,
        };
        _source = NpgsqlDataSource.Create(settings);
        ConnectionString = settings.ConnectionString;
    }

    /// <summary>Host and port.</summary>
    public string Name { get; }

    /// <summary>The connection string of this host alone. It holds the password.</summary>
    internal string ConnectionString { get; }

    /// <summary>
    /// Asks it for its state. A host that does not answer is one that cannot be reached. It is asked twice: after a restart of the server the
    /// connection that was kept is broken, which says nothing of the server.
    /// </summary>
    public async Task<ServerState> LookAsync(CancellationToken cancellation)
    {
        var state = await TryLookAsync(cancellation);
        return state.IsReachable ? state : await TryLookAsync(cancellation);
    }

    /// <summary>Opens a connection that is not pooled and not judged, to administer this host.</summary>
    /// <exception cref="NpgsqlException">It cannot be reached.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        // A session of an administrator must be able to end a read-only default.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<ServerState> TryLookAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation);
            var state = await ReadAsync(connection, cancellation);
            return state.IsStandby ? state : state with { Standbys = await ReadStandbysAsync(connection, cancellation) };
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException && !cancellation.IsCancellationRequested)
        {
            // The driver says only that it has failed; the reason is what it has met.
            return new ServerState(Name) { Fault = fault.InnerException?.Message ?? fault.Message };
        }
    }

    private async Task<ServerState> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Query, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (history, isStandby) = ServerHistory.Of(reader);
        return new ServerState(Name)
        {
            IsReachable = true,
            IsStandby = isStandby,
            History = history,
            Written = reader.IsDBNull(3) ? 0 : reader.GetInt64(3),
            Replayed = reader.IsDBNull(4) ? 0 : reader.GetInt64(4),
            IsReplayPaused = reader.GetBoolean(5),
            LastReplayed = reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
            IsReadOnly = reader.GetBoolean(7),
            SynchronousStandbys = reader.GetString(8),
            IsReceiving = reader.GetBoolean(9),
        };
    }

    private static async Task<IReadOnlyList<StandbyLag>> ReadStandbysAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Standbys, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var standbys = new List<StandbyLag>();
        while (await reader.ReadAsync(cancellation))
        {
            standbys.Add(new StandbyLag(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.IsDBNull(3) ? null : Math.Max(0, reader.GetInt64(3)),
                reader.IsDBNull(4) ? null : Math.Max(0, reader.GetDouble(4))));
        }

        return standbys;
    }
}

/// <summary>The state of a server, as it told it.</summary>
/// <param name="Host">Host and port.</param>
public sealed record ServerState(string Host)
{
    /// <summary>Whether it answered.</summary>
    public bool IsReachable { get; init; }

    /// <summary>Why it did not; otherwise null.</summary>
    public string? Fault { get; init; }

    /// <summary>That it did not answer, and why, as a sentence.</summary>
    public string Unreachable => $"{Host} cannot be reached: {Fault?.TrimEnd('.')}.";

    /// <summary>Whether it follows a primary.</summary>
    public bool IsStandby { get; init; }

    /// <summary>Its history.</summary>
    public ServerHistory History { get; init; }

    /// <summary>The end of its write-ahead log in bytes: of a primary what it has written, of a standby what it has received.</summary>
    public long Written { get; init; }

    /// <summary>Of a standby: up to where it has applied the log, in bytes.</summary>
    public long Replayed { get; init; }

    /// <summary>Of a standby: whether somebody has stopped it from applying the log.</summary>
    public bool IsReplayPaused { get; init; }

    /// <summary>Of a standby: when the last transaction that it has applied was committed.</summary>
    public DateTimeOffset? LastReplayed { get; init; }

    /// <summary>Of a standby: whether its primary has sent something in the last ten seconds.</summary>
    public bool IsReceiving { get; init; }

    /// <summary>Whether its sessions begin read-only: always those of a standby.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary><c>synchronous_standby_names</c>, for which the commits of a primary wait; empty for none.</summary>
    public string SynchronousStandbys { get; init; } = "";

    /// <summary>Of a primary: the standbys that are connected to it.</summary>
    public IReadOnlyList<StandbyLag> Standbys { get; init; } = [];
}

/// <summary>How far a standby is behind, as its primary tells it.</summary>
/// <param name="Name">Its application name.</param>
/// <param name="Address">Its address; empty for a local socket.</param>
/// <param name="Synchronization"><c>sync</c>, <c>quorum</c>, <c>potential</c> or <c>async</c>; empty where this role may not see it.</param>
/// <param name="Bytes">The log that it has not applied; null where this role may not see it.</param>
/// <param name="Seconds">How long ago the primary wrote what the standby applied last, 0 where it has applied everything; null as above.</param>
public sealed record StandbyLag(string Name, string Address, string Synchronization, long? Bytes, double? Seconds);
