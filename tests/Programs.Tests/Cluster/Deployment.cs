using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Api;
using Granary.Hosting.Clustering;
using Granary.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Granary.Programs.Tests.Cluster;

/// <summary>
/// A whole cluster: PostgreSQL, Redis, silos and front ends as real processes. The last silo is separate: it reaches its stores
/// over connections that a test can cut, and it has its own network if the machine allows it.
/// </summary>
internal sealed partial class Deployment : IAsyncDisposable
{
    public const string AdminPassword = "correct-horse-battery-staple";

    /// <summary>The tests that need the whole machine and run one after another.</summary>
    public const string WholeMachine = "the whole machine";

    private const string Loopback = "127.0.0.1";

    /// <summary>Of what runs in the test process; each program has one of its own.</summary>
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("granary-deployment-");

    private readonly List<ProgramProcess> _silos = [];
    private readonly List<ProgramProcess> _frontEnds = [];
    private readonly List<int> _siloPorts = [];
    private readonly PrivateNetwork? _network;
    private readonly TcpCut _redisWire;
    private readonly int? _standbyPort;
    private readonly TcpCut? _standbyWire;

    private readonly IReadOnlyList<KeyValuePair<string, string>> _further;

    private Deployment(
        PostgresServer postgres, RedisServer redis, string database, PrivateNetwork? network, IReadOnlyList<KeyValuePair<string, string>> further,
        int? standbyPort, PostgresServer? second)
    {
        (Postgres, Redis, Database, _network, _further, _standbyPort, Second) = (postgres, redis, database, network, further, standbyPort, second);
        if (standbyPort is { } port)
        {
            Database = postgres.WithHost(database, port);
            _standbyWire = new TcpCut(port, HostAddress);
        }

        Wire = new TcpCut(postgres.Port, HostAddress);
        _redisWire = new TcpCut(redis.Port, HostAddress);
    }

    public PostgresServer Postgres { get; }

    /// <summary>The server of the journal's second database; null where it has one.</summary>
    public PostgresServer? Second { get; }

    /// <summary>The server that has taken the place of <see cref="Postgres"/>; null before.</summary>
    public PostgresServer? Standby { get; private set; }

    public RedisServer Redis { get; }

    /// <summary>The connection string of the journal's database.</summary>
    public string Database { get; }

    /// <summary>The connection between the last silo and PostgreSQL, which a test can cut.</summary>
    public TcpCut Wire { get; }

    /// <summary>Whether the last silo can be partitioned from the others.</summary>
    public bool CanBePartitioned => _network is not null;

    /// <summary>The machine's address that every process reaches.</summary>
    public string HostAddress => _network?.HostAddress ?? Loopback;

    public IReadOnlyList<ProgramProcess> Silos => _silos;

    public IReadOnlyList<ProgramProcess> FrontEnds => _frontEnds;

    /// <summary>The ports of the silos, by which Orleans names them.</summary>
    public IReadOnlyList<int> SiloPorts => _siloPorts;

    /// <param name="silos">The programs of the silos.</param>
    /// <param name="frontEnds">The programs of the front ends.</param>
    /// <param name="further">Settings of all of them, besides those of every deployment.</param>
    public static Task<Deployment> StartAsync(
        IReadOnlyList<ClusterProgram> silos, IReadOnlyList<ClusterProgram> frontEnds, params IReadOnlyList<KeyValuePair<string, string>> further) =>
        StartAsync(silos, frontEnds, standbyPort: null, further);

    /// <summary>A deployment whose journal has two databases, on two servers.</summary>
    public static async Task<Deployment> StartDividedAsync(
        IReadOnlyList<ClusterProgram> silos, IReadOnlyList<ClusterProgram> frontEnds, params IReadOnlyList<KeyValuePair<string, string>> further)
    {
        var second = await PostgresServer.StartAsync();
        var database = await second.CreateDatabaseAsync();
        return await StartAsync(
            silos, frontEnds, standbyPort: null, [.. further, new("Granary__Journal__Databases__1", database)], second);
    }

    /// <summary>A deployment whose processes know a second host of the database, on which nothing listens before <see cref="LosePrimaryAsync"/>.</summary>
    public static Task<Deployment> StartWithStandbyAsync(IReadOnlyList<ClusterProgram> silos, IReadOnlyList<ClusterProgram> frontEnds) =>
        StartAsync(silos, frontEnds, ProgramProcess.FreePort(), []);

    private static async Task<Deployment> StartAsync(
        IReadOnlyList<ClusterProgram> silos, IReadOnlyList<ClusterProgram> frontEnds, int? standbyPort, IReadOnlyList<KeyValuePair<string, string>> further,
        PostgresServer? second = null)
    {
        var postgres = await PostgresServer.StartAsync();
        var redis = await RedisServer.StartAsync();
        var deployment = new Deployment(postgres, redis, await postgres.CreateDatabaseAsync(), second is null ? await PrivateNetwork.TryCreateAsync() : null, further, standbyPort, second);
        try
        {
            foreach (var silo in silos)
            {
                deployment.Add(silo, liesApart: deployment.Silos.Count == silos.Count - 1);
            }

            foreach (var frontEnd in frontEnds)
            {
                deployment.Add(frontEnd);
            }

            await StartAsync(deployment._silos);
            await StartAsync(deployment._frontEnds);
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts processes again and returns when they serve.</summary>
    public static async Task StartAsync(params IReadOnlyList<ProgramProcess> processes)
    {
        foreach (var process in processes)
        {
            process.Start();
        }

        await Task.WhenAll(processes.Select(ServesAsync));
    }

    /// <summary>
    /// On a busy machine, a silo that joins may answer its probes too late and be declared dead. It then exits, as it must, and is started again,
    /// as by a supervisor.
    /// </summary>
    private static async Task ServesAsync(ProgramProcess process)
    {
        const int Most = 3;
        for (var start = 1; ; start++)
        {
            try
            {
                await process.ListensAsync();
                return;
            }
            catch (InvalidOperationException) when (start < Most && process.Lines.Any(line => line.Contains("I have been told I am dead", StringComparison.Ordinal)))
            {
                process.Start();
            }
        }
    }

    /// <summary>Replaces the processes one by one by those of other programs, silos first, as an operator and a load balancer do.</summary>
    public async Task ReplaceAsync(Crowd crowd, ClusterProgram silo, ClusterProgram frontEnd)
    {
        foreach (var process in _silos)
        {
            await process.StopAsync();
            process.Become(silo.Assembly, silo.Arguments);
            await StartAsync(process);
        }

        foreach (var (process, door) in _frontEnds.Zip(crowd.FrontEnds))
        {
            await StopAsync(process, door);
            process.Become(frontEnd.Assembly, frontEnd.Arguments);
            await StartAsync(process);
            door.TakeIn();
        }
    }

    /// <summary>A silo and a front end more join while the crowd orders: the silo first, because the front end may call what only it knows.</summary>
    public async Task JoinAsync(Crowd crowd, ClusterProgram silo, ClusterProgram frontEnd)
    {
        Add(silo, liesApart: false);
        await StartAsync(_silos[^1]);
        Add(frontEnd);
        await StartAsync(_frontEnds[^1]);
        crowd.Open(_frontEnds[^1]);
    }

    /// <summary>The front end and the silo that came last leave again: the front end first.</summary>
    public async Task LeaveAsync(Crowd crowd)
    {
        await StopAsync(_frontEnds[^1], crowd.FrontEnds[^1]);
        await _silos[^1].StopAsync();
    }

    /// <summary>
    /// Partitions the last silo from the other silos and from the table of silos. It still reaches PostgreSQL, and its callers
    /// reach it.
    /// </summary>
    public async Task PartitionAsync()
    {
        _redisWire.Cut();
        await _network!.CutAsync(_siloPorts[^1], _siloPorts[..^1]);
    }

    /// <summary>Ends the partition of <see cref="PartitionAsync"/>.</summary>
    public async Task HealAsync()
    {
        await _network!.MendAsync();
        _redisWire.Mend();
    }

    /// <summary>A synchronous standby follows the primary, the primary is killed, and the standby takes its place.</summary>
    /// <param name="promoted">Called when it has.</param>
    public async Task LosePrimaryAsync(Action promoted)
    {
        Standby = await Postgres.StartStandbyAsync(synchronous: true, _standbyPort);
        await Postgres.KillAsync();
        await Standby.PromoteAsync();
        promoted();
    }

    /// <summary>Returns when this number of silos is in service, as one of them sees it.</summary>
    public static async Task CountsActiveAsync(ProgramProcess observer, int silos)
    {
        using var http = new HttpClient { BaseAddress = observer.Address };
        await Eventually.HoldsAsync(
            async () => ActiveSilos().Match(await http.GetStringAsync("/metrics")) is { Success: true } count
                && int.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture) == silos,
            $"the cluster has {silos} silos");
    }

    /// <summary>The cluster's grains, called without the front ends.</summary>
    public Task<RunningCluster> ConnectAsync() => RunningCluster.ConnectAsync(
        new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(Configuration).Build()), TestContext.Current.CancellationToken);

    /// <summary>The configuration of a program beside the cluster.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Configuration => Settings(Database).Append(new("Granary__DataDirectory", _data.FullName))
        .Select(setting => KeyValuePair.Create(setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_frontEnds.Concat(_silos).Select(process => process.DisposeAsync().AsTask()));
        await Wire.DisposeAsync();
        await _redisWire.DisposeAsync();
        await Redis.DisposeAsync();
        if (_standbyWire is not null)
        {
            await _standbyWire.DisposeAsync();
        }

        if (Standby is not null)
        {
            await Standby.DisposeAsync();
        }

        await Postgres.DisposeAsync();
        if (Second is not null)
        {
            await Second.DisposeAsync();
        }

        if (_network is not null)
        {
            await _network.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    /// <summary>Stops a front end as Kubernetes does: the load balancer learns of it while it still serves.</summary>
    private static async Task StopAsync(ProgramProcess frontEnd, FrontEndDoor door)
    {
        var stopping = frontEnd.StopAsync();
        await door.TakeOutAsync();
        await stopping;
    }

    private void Add(ClusterProgram frontEnd) => _frontEnds.Add(frontEnd.With([.. Settings(Database), new("Granary__Hosting", "Client")]));

    private void Add(ClusterProgram silo, bool liesApart)
    {
        var port = ProgramProcess.FreePort();
        _siloPorts.Add(port);
        var database = new NpgsqlConnectionStringBuilder(Database);
        if (silo == ClusterProgram.PreviousSilo)
        {
            // That release opens up to a hundred connections by itself.
            database.MaxPoolSize = 20;
        }

        if (liesApart)
        {
            (database.Host, database.Port) = (_standbyWire is null ? HostAddress : $"{HostAddress}:{Wire.Port},{HostAddress}:{_standbyWire.Port}", Wire.Port);
        }

        _silos.Add(silo.With(
            Settings(database.ConnectionString)
                .Where(setting => !liesApart || setting.Key is not ("Granary__Silo__Address" or "ConnectionStrings__Redis"))
                .Concat(liesApart
                    ? [new("Granary__Silo__Address", _network?.Address ?? Loopback), new("ConnectionStrings__Redis", $"{HostAddress}:{_redisWire.Port}")]
                    : [])
                .Append(new("Granary__Silo__Port", $"{port}"))
                .Append(new("Granary__Silo__GatewayPort", "0")),
            liesApart ? _network : null));
    }

    private IEnumerable<KeyValuePair<string, string>> Settings(string database) =>
    [
        new("ConnectionStrings__Granary", database),
        new("ConnectionStrings__Redis", Redis.ConnectionString),
        new("Granary__Storage", "PostgreSql"),
        new("Granary__Clustering", "Redis"),
        new("Granary__Silo__Address", HostAddress),

        // A cluster that begins with 0.1.0, which has no TLS. HealthTests run one with TLS.
        new("Granary__Silo__Tls__Mode", "Off"),
        new("Granary__DrainTime", "00:00:03"),
        new("Granary__Admin__Password", AdminPassword),
        new("Granary__RateLimit__PermitsPerSecond", "0"),
        new("Granary__RateLimit__RegistrationsPerMinute", "0"),
        new("Granary__Orders__MaxOpenOrdersPerUser", "0"),
        new("Granary__Orders__MaxOpenUnitsPerUser", "0"),
        new("Granary__Orders__ReservationGrace", "00:00:02"),
        new("Granary__Orders__PaymentTimeout", "05:00:00"),
        new("Granary__Auth__TokenLifetime", "05:00:00"),
        new("Granary__Webhooks__AllowHttp", "true"),
        new("Granary__Webhooks__AllowPrivateTargets", "true"),
        new("Granary__Webhooks__Timeout", "00:00:03"),
        new("Serilog__MinimumLevel__Default", "Warning"),

        // Nobody looks at it, and it walks through all activations every second.
        new("Granary__Telemetry__Dashboard", "false"),
        .. _further,
    ];

    [GeneratedRegex("^cluster_silos.*status=\"active\".* (\\d+)", RegexOptions.Multiline)]
    private static partial Regex ActiveSilos();
}
