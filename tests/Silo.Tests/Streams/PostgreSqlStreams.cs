using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Grains.Interfaces.Orders;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Granary.Streams.Views;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Streams;

/// <summary>A PostgreSQL database of one test.</summary>
public sealed class PostgreSqlStreamDatabase : IStreamDatabase
{
    private readonly PostgreSqlServers _servers;
    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgreSqlJournal _journal;
    private readonly PostgreSqlViews _views;

    private PostgreSqlStreamDatabase(string connectionString)
    {
        _servers = new PostgreSqlServers(connectionString);
        _dataSource = _servers.Open();
        _journal = new PostgreSqlJournal(_dataSource, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance, _servers);
        _views = new PostgreSqlViews(_servers);
    }

    public IJournalStore Journal => _journal;

    public IViewDatabase Views => _views;

    /// <summary>The journal's connections.</summary>
    public NpgsqlDataSource DataSource => _dataSource;

    public static async Task<IStreamDatabase> CreateAsync(SharedPostgres server, CancellationToken cancellationToken)
    {
        var database = new PostgreSqlStreamDatabase(await server.CreateDatabaseAsync());
        await database._journal.InitializeAsync(cancellationToken);
        return database;
    }

    public void Register(IServiceCollection services)
    {
        services.AddSingleton(_dataSource);
        services.AddSingleton<IJournalStore>(_journal);
        services.AddSingleton<IViewDatabase>(_views);
        services.AddHostedService<Granary.Streams.PostgreSqlWake>();
    }

    public Task CloseAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _views.DisposeAsync();
        await _servers.DisposeAsync();
    }
}

/// <summary>The contract of the streams over PostgreSQL, and the tests that only PostgreSQL needs.</summary>
public sealed class PostgreSqlStreams(SharedPostgres server) : StreamContract
{
    protected override Task<IStreamDatabase> CreateDatabaseAsync() => PostgreSqlStreamDatabase.CreateAsync(server, TestContext.Current.CancellationToken);

    [Fact]
    public async Task An_event_whose_transaction_commits_late_is_not_skipped()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = await StreamCluster.StartAsync(Database);
        await using var slow = await ((PostgreSqlStreamDatabase)Database).DataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await slow.BeginTransactionAsync(cancellation);
        await using (var insert = new NpgsqlCommand(
            """
            INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
            VALUES (pg_current_xact_id()::text::bigint << 20, 'order/slow', 1, 'order.test', '{}', now(), 1)
            """,
            slow))
        {
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        await cluster.AppendAsync("fast", 0, 20);
        await transaction.CommitAsync(cancellation);

        await Eventually.HoldsAsync(
            () => cluster.Recorder.VersionsOf(RecordingConsumer.Name, "order/slow").SequenceEqual([1])
                && cluster.Recorder.VersionsOf(RecordingConsumer.Name, "order/fast").Count == 20,
            "the late event and those after it arrive",
            cancellation: cancellation);
    }
}

/// <summary>The index over PostgreSQL.</summary>
public sealed partial class PostgreSqlOrderIndex(SharedPostgres server) : OrderIndexContract
{
    protected override Task<IStreamDatabase> CreateDatabaseAsync() => PostgreSqlStreamDatabase.CreateAsync(server, Cancellation);

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command, bool isSmall, CancellationToken cancellationToken)
    {
        command.CommandText = "EXPLAIN " + command.CommandText;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var steps = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(reader.GetString(0));
        }

        var plan = string.Join("\n", steps);
        Assert.True(isSmall || !plan.Contains("Seq Scan", StringComparison.Ordinal), plan);
        return plan;
    }

    protected override Task<int> AnalyzeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.Command("ANALYZE order_index, order_index_line").ExecuteAsync(cancellationToken);

    /// <summary>The planner may choose an index of few rows and sort them; an incremental sort sorts orders of one microsecond.</summary>
    protected override void JudgePlan(OrderQuery query, string plan)
    {
        foreach (Match sort in SortedRows().Matches(plan))
        {
            Assert.True(int.Parse(sort.Groups[1].Value, CultureInfo.InvariantCulture) <= 2_000, $"{query}\n{plan}");
        }
    }

    [GeneratedRegex(@"(?<!Incremental )Sort  \(.* rows=(\d+)")]
    private static partial Regex SortedRows();
}
