using Granary.Hosting;
using Granary.Testing;
using Microsoft.Extensions.Configuration;

namespace Granary.Cluster.Tests;

/// <summary>A whole cluster: PostgreSQL, Redis, silos and front ends as real processes on the loopback interface.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    public const string AdminPassword = "correct-horse-battery-staple";

    private readonly List<ProgramProcess> _silos = [];
    private readonly List<ProgramProcess> _frontEnds = [];

    private Deployment(PostgresServer postgres, RedisServer redis, string database, TcpCut wire)
    {
        (Postgres, Redis, Database, Wire) = (postgres, redis, database, wire);
    }

    public PostgresServer Postgres { get; }

    public RedisServer Redis { get; }

    /// <summary>The connection string of the journal's database.</summary>
    public string Database { get; }

    /// <summary>The wire between the last silo and everything it stores in; a test may cut it.</summary>
    public TcpCut Wire { get; }

    public IReadOnlyList<ProgramProcess> Silos => _silos;

    public IReadOnlyList<ProgramProcess> FrontEnds => _frontEnds;

    public static Task<Deployment> StartAsync(int silos, int frontEnds) =>
        StartAsync([.. Enumerable.Repeat(ClusterProgram.Silo, silos)], [.. Enumerable.Repeat(ClusterProgram.FrontEnd, frontEnds)]);

    public static async Task<Deployment> StartAsync(IReadOnlyList<ClusterProgram> silos, IReadOnlyList<ClusterProgram> frontEnds)
    {
        var postgres = await PostgresServer.StartAsync();
        var redis = await RedisServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        var deployment = new Deployment(postgres, redis, database, new TcpCut(postgres.Port));
        try
        {
            for (var i = 0; i < silos.Count; i++)
            {
                deployment._silos.Add(silos[i].With(deployment.SiloSettings(wired: i == silos.Count - 1)));
            }

            deployment._frontEnds.AddRange(frontEnds.Select(
                frontEnd => frontEnd.With([.. deployment.Settings(database), new("Granary__Hosting", "Client")])));
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

        await Task.WhenAll(processes.Select(process => process.ListensAsync()));
    }

    /// <summary>The cluster's grains, called past the front ends.</summary>
    public Task<RunningCluster> ConnectAsync() => RunningCluster.ConnectAsync(
        new ConfigurationBuilder()
            .AddInMemoryCollection(Settings(Database).Select(
                setting => KeyValuePair.Create(setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value)))
            .Build(),
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_frontEnds.Concat(_silos).Select(process => process.DisposeAsync().AsTask()));
        await Wire.DisposeAsync();
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    private IEnumerable<KeyValuePair<string, string>> SiloSettings(bool wired) =>
    [
        .. Settings(wired ? Database.Replace($"Port={Postgres.Port}", $"Port={Wire.Port}", StringComparison.Ordinal) : Database),
        new("Granary__Silo__Port", "0"),
        new("Granary__Silo__GatewayPort", "0"),
    ];

    private IEnumerable<KeyValuePair<string, string>> Settings(string database) =>
    [
        new("ConnectionStrings__Granary", database + ";Maximum Pool Size=20"),
        new("ConnectionStrings__Redis", Redis.ConnectionString),
        new("Granary__Storage", "PostgreSql"),
        new("Granary__Clustering", "Redis"),
        new("Granary__Silo__Address", "127.0.0.1"),
        new("Granary__Silo__ProbeTimeout", "00:00:03"),
        new("Granary__DrainTime", "00:00:03"),
        new("Granary__Admin__Password", AdminPassword),
        new("Granary__Orders__ReservationGrace", "00:00:02"),
        new("Granary__Orders__PaymentTimeout", "05:00:00"),
        new("Granary__Auth__TokenLifetime", "05:00:00"),
        new("Serilog__MinimumLevel__Default", "Warning"),
    ];
}
