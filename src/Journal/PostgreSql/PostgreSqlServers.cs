using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// The servers of the connection string, of which one is the primary: all connections of the product are opened here, and all of them
/// lead to the primary of the newest history (<see cref="PrimaryFence"/>).
/// </summary>
public sealed class PostgreSqlServers : IAsyncDisposable
{
    /// <summary>
    /// How long an attempt to reach one of several hosts may take, unless the connection string says it: a host that has lost its power
    /// does not refuse, and the next host waits for it.
    /// </summary>
    private const int SecondsPerHost = 5;

    /// <summary>
    /// Npgsql remembers which hosts are away or no primary, unless the connection string says for how long: <see cref="LookAsync"/> makes it
    /// ask again when something has changed. If it asked by itself, every connection would wait for a host that has lost its power.
    /// </summary>
    private const int RecheckSeconds = 3_600;

    /// <summary>
    /// PostgreSQL compiles a statement to machine code when it takes it for expensive. It takes the order index's for expensive because of
    /// its joins, and compiled it anew for every group: half of PostgreSQL's time an order (docs/performance.md).
    /// </summary>
    private const string WithoutCompiler = "-c jit=off";

    /// <summary>
    /// How many connections a pool opens at most, unless the connection string says it: with more, a benchmark placed no more orders, and each is a
    /// process of the server. Npgsql's own limit is 100; the activations of a start opened nearly as many, and the pool closed none of them, because
    /// it uses its connections in turn (docs/performance.md).
    /// </summary>
    private static readonly int DefaultPoolSize = Math.Clamp(4 * Environment.ProcessorCount, 10, 100);

    /// <summary>How long a look may wait for connections of the pools: it must not stand still because one of them is exhausted.</summary>
    private static readonly TimeSpan LongestRevival = TimeSpan.FromSeconds(2);

    private readonly string _connectionString;
    private readonly IReadOnlyList<PostgreSqlHost> _own;
    private readonly List<NpgsqlDataSource> _opened = [];
    private Task _look = Task.CompletedTask;
    private readonly List<(NpgsqlMultiHostDataSource Hosts, NpgsqlDataSource Primary)> _ofSeveral = [];

    /// <param name="connectionString">One host, or several with commas between them.</param>
    /// <param name="log">Where it is told which servers are refused.</param>
    /// <param name="file">A file that keeps the newest history for the next start; null for none.</param>
    /// <param name="site">The site of this process; null where there is only one.</param>
    public PostgreSqlServers(string connectionString, ILogger<PostgreSqlServers>? log = null, string? file = null, DatabaseSite? site = null)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString) { TargetSessionAttributes = null, LoadBalanceHosts = false };
        var options = given.Options ?? Environment.GetEnvironmentVariable("PGOPTIONS") ?? "";
        given.Options = options.Contains("jit", StringComparison.Ordinal) ? options : $"{options} {WithoutCompiler}".TrimStart();
        Hosts = [.. HostsOf(given)];
        Site = site;
        _own = site is null ? Hosts : [.. Hosts.Where(host => site.IsOwn(host.Name))];
        var said = new NpgsqlConnectionStringBuilder(connectionString).Keys.Cast<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        given.MaxPoolSize = said.Contains("Maximum Pool Size") ? given.MaxPoolSize : Math.Max(given.MinPoolSize, DefaultPoolSize);
        if (Hosts.Count > 1)
        {
            given.Timeout = said.Contains("Timeout") ? given.Timeout : SecondsPerHost;
            given.HostRecheckSeconds = said.Contains("Host Recheck Seconds") ? given.HostRecheckSeconds : RecheckSeconds;
        }

        if (site is not null)
        {
            given.Host = string.Join(',', _own.Select(host => host.Name));
        }

        _connectionString = given.ConnectionString;
        Fence = new PrimaryFence(log ?? NullLogger<PostgreSqlServers>.Instance, file);
    }

    /// <summary>Each host by itself.</summary>
    public IReadOnlyList<PostgreSqlHost> Hosts { get; }

    /// <summary>What the process knows of the newest history.</summary>
    public PrimaryFence Fence { get; }

    /// <summary>The site of this process; null where there is only one.</summary>
    public DatabaseSite? Site { get; }

    /// <summary>Host and port of the primary that the last look has found; null where it has found none.</summary>
    public string? Primary { get; private set; }

    /// <summary>The site whose server is the primary, by the last look; null where there is only one site, or no primary was found.</summary>
    public string? WritingSite => Primary is { } primary ? Site?.SiteOf(primary) : null;

    /// <summary>Whether another site takes the writes, or the database of this one is a standby.</summary>
    /// <param name="states">What <see cref="LookAsync"/> has found.</param>
    public bool OnlyReads(IReadOnlyList<ServerState> states) => Site is { } site && (WritingSite is { } writer
        ? writer != site.Name
        : states.Any(state => state is { IsReachable: true, IsStandby: true } && site.IsOwn(state.Host)));

    /// <summary>
    /// Why none of the servers can be read as the primary can; null where one can: the primary, or a single host, which may be a standby.
    /// </summary>
    /// <param name="states">What <see cref="LookAsync"/> has found.</param>
    public string? WhyAway(IReadOnlyList<ServerState> states) => Primary is not null || states is [{ IsReachable: true, IsStandby: true }] ? null : string.Join(" ", states
        .Where(state => !state.IsReachable || state.IsStandby)
        .Select(state => state.IsStandby ? $"{state.Host} is a standby." : state.Unreachable)
        .Concat(Fence.Refusals));

    /// <summary>The standbys as servers to read from.</summary>
    public PostgreSqlReplicas Replicas { get; } = new();

    /// <summary>The connection string of the first server of the site, for what only reads. It holds the password.</summary>
    public string StandbyConnectionString => _own[0].ConnectionString;

    /// <summary>Whether a connection string names several hosts.</summary>
    public static bool AreSeveral(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Host?.Contains(',', StringComparison.Ordinal) ?? false;

    /// <summary>Host and port of each server that a connection string names.</summary>
    public static IReadOnlyList<string> NamesOf(string connectionString) =>
        [.. EachHost(new NpgsqlConnectionStringBuilder(connectionString)).Select(host => $"{host.Name}:{host.Port}")];

    /// <summary>Opens a pool of connections to the primary.</summary>
    /// <param name="adapt">Settings of this pool.</param>
    public NpgsqlDataSource Open(Action<NpgsqlConnectionStringBuilder>? adapt = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(_connectionString);
        adapt?.Invoke(settings);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            connection => Judge(connection, ServerHistory.Read(connection)),
            async connection => Judge(connection, await ServerHistory.ReadAsync(connection)));
        if (_own.Count == 1)
        {
            return Keep(builder.Build());
        }

        var hosts = builder.BuildMultiHost();
        var primary = hosts.WithTargetSession(TargetSessionAttributes.Primary);
        Keep(hosts);
        lock (_opened)
        {
            _ofSeveral.Add((hosts, primary));
        }

        return primary;
    }

    /// <summary>
    /// Opens a pool for work that takes one connection for a short time, such as reading a view: two connections for each processor, 4 to 20, and
    /// no more than a pool may have by the connection string.
    /// </summary>
    /// <param name="adapt">Further settings of this pool.</param>
    public NpgsqlDataSource OpenSmall(Action<NpgsqlConnectionStringBuilder> adapt) => Open(settings =>
    {
        settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, Math.Clamp(2 * Environment.ProcessorCount, 4, 20));
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, settings.MaxPoolSize);
        adapt(settings);
    });

    /// <summary>Closes the pooled connections of every pool, now or when they are returned, if a session of one of them refused to write.</summary>
    public void ClearIfReadOnly(Exception fault)
    {
        NpgsqlDataSource[] opened;
        lock (_opened)
        {
            opened = [.. _opened];
        }

        foreach (var source in opened)
        {
            source.ClearIfReadOnly(fault);
        }
    }

    /// <summary>Asks every host which history it has, and takes the newest for the database.</summary>
    /// <returns>The state of each, in the order of <see cref="Hosts"/>.</returns>
    public async Task<IReadOnlyList<ServerState>> LookAsync(CancellationToken cancellation)
    {
        var asked = Environment.TickCount64;
        var states = await Task.WhenAll(Hosts.Select(host => host.LookAsync(cancellation)));

        // The newest timeline first: a standby tells of a primary that cannot be reached.
        foreach (var state in states.Where(state => state.IsReachable).OrderByDescending(state => state.History.Timeline))
        {
            if (state.IsStandby)
            {
                Fence.Hear(state.Host, state.History);
                Fence.Forget(state.Host);
                continue;
            }

            try
            {
                Fence.Admit(state.Host, state.History);
            }
            catch (RefusedServerException)
            {
                // The fence keeps and tells it.
            }
        }

        foreach (var state in states.Where(state => !state.IsReachable))
        {
            Fence.Forget(state.Host);
        }

        Replicas.Learn(asked, Hosts, states, Fence.Timeline, host => Site?.IsOwn(host) ?? true);
        Primary = states.FirstOrDefault(state => state is { IsReachable: true, IsStandby: false } && state.History.Timeline == Fence.Timeline)?.Host;
        if (states.Any(state => state is { IsReachable: true, IsStandby: false } && state.History.Timeline == Fence.Timeline))
        {
            await ReviveAsync(cancellation);
        }

        return states;
    }

    /// <summary>Looks, or waits for a look that is in progress: for those who have met an outage, and a process in which nothing looks regularly.</summary>
    public Task LookAgainAsync(CancellationToken cancellation)
    {
        Task look;
        lock (_opened)
        {
            look = _look = _look.IsCompleted ? LookAsync(CancellationToken.None) : _look;
        }

        return look.WaitAsync(cancellation);
    }

    /// <summary>A primary is there: pools that take every host for one that is away ask again.</summary>
    private async Task ReviveAsync(CancellationToken cancellation)
    {
        (NpgsqlMultiHostDataSource Hosts, NpgsqlDataSource Primary)[] pools;
        lock (_opened)
        {
            pools = [.. _ofSeveral];
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(LongestRevival);
        await Task.WhenAll(pools.Select(pool => ReviveAsync(pool.Hosts, pool.Primary, patience.Token)));
        cancellation.ThrowIfCancellationRequested();
    }

    private static async Task ReviveAsync(NpgsqlMultiHostDataSource hosts, NpgsqlDataSource primary, CancellationToken patience)
    {
        try
        {
            await using var connection = await primary.OpenConnectionAsync(patience);
        }
        catch (Exception fault) when (fault is ObjectDisposedException or OperationCanceledException or TimeoutException
            or NpgsqlException { InnerException: TimeoutException })
        {
            // A pool that is exhausted, for example by commits that wait for a standby: its users are told.
        }
        catch (NpgsqlException)
        {
            // The primary was not even tried, whatever another host has answered meanwhile, or it refused; it is asked again.
            hosts.ClearDatabaseStates();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Replicas.DisposeAsync();
        foreach (var source in _opened)
        {
            await source.DisposeAsync();
        }

        foreach (var host in Hosts)
        {
            await host.DisposeAsync();
        }
    }

    private NpgsqlDataSource Keep(NpgsqlDataSource source)
    {
        lock (_opened)
        {
            _opened.Add(source);
        }

        Fence.Guard(source);
        return source;
    }

    /// <summary>Refuses the session of an old primary, before anything uses it.</summary>
    private void Judge(NpgsqlConnection connection, (ServerHistory History, bool IsStandby) server)
    {
        var host = $"{connection.Host}:{connection.Port}";
        if (!server.IsStandby)
        {
            Fence.Admit(host, server.History);
        }
        else if (Hosts.Count > 1)
        {
            // A session that outlives a promotion would not be judged again. A single host may be a standby: commands read from it.
            throw new RefusedServerException(Site is null ? $"PostgreSQL at {host} is a standby." : $"PostgreSQL at {host} is a standby, and site {Site.Name} only reads.")
            {
                IsStandby = true,
            };
        }
    }

    private static IEnumerable<PostgreSqlHost> HostsOf(NpgsqlConnectionStringBuilder settings) =>
        EachHost(settings).Select(host => new PostgreSqlHost(settings, host.Name, host.Port));

    private static IEnumerable<(string Name, int Port)> EachHost(NpgsqlConnectionStringBuilder settings)
    {
        foreach (var text in (settings.Host ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            // As Npgsql reads them: a port behind the last colon, unless that is a part of an IPv6 address.
            var colon = text.LastIndexOf(':');
            var hasPort = colon > 0 && (text[colon - 1] == ']' || text.IndexOf(':', StringComparison.Ordinal) == colon)
                && !text.StartsWith('/') && ushort.TryParse(text.AsSpan(colon + 1), out _);
            yield return (
                hasPort ? text[..colon] : text,
                hasPort ? ushort.Parse(text.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture) : settings.Port);
        }
    }
}
