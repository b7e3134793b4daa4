using System.Data.Common;
using Granary.Journal.PostgreSql;
using Granary.Streams.Views;
using Npgsql;

namespace Granary.Silo.Tests.Webhooks;

/// <summary>Webhooks over PostgreSQL.</summary>
public sealed class PostgreSqlDispatch(SharedPostgres server) : DispatchContract
{
    private PostgreSqlServers? _servers;
    private PostgreSqlViews? _database;

    protected override async Task<IViewDatabase> CreateDatabaseAsync()
    {
        _servers = new PostgreSqlServers(await server.CreateDatabaseAsync());
        _database = new PostgreSqlViews(_servers);
        await _database.MigrateAsync(Cancellation);
        return _database;
    }

    protected override async Task RemoveDatabaseAsync()
    {
        await _database!.DisposeAsync();
        await _servers!.DisposeAsync();
    }

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command)
    {
        await using (var analyze = new NpgsqlCommand("ANALYZE webhook_delivery", (NpgsqlConnection)connection))
        {
            await analyze.ExecuteNonQueryAsync(Cancellation);
        }

        command.CommandText = "EXPLAIN " + command.CommandText;
        return string.Join("\n", await command.QueryAsync(row => row.GetString(0), Cancellation));
    }
}

/// <summary>Webhooks over SQLite.</summary>
public sealed class SqliteDispatch : DispatchContract
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-webhooks-");
    private SqliteViews? _database;

    protected override async Task<IViewDatabase> CreateDatabaseAsync()
    {
        _database = new SqliteViews(Path.Combine(_directory.FullName, "webhooks.db"), "SqliteWebhooks", durable: true);
        await _database.MigrateAsync(Cancellation);
        return _database;
    }

    protected override async Task RemoveDatabaseAsync()
    {
        await _database!.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command)
    {
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        return string.Join("\n", await command.QueryAsync(row => row.GetString(3), Cancellation));
    }
}
