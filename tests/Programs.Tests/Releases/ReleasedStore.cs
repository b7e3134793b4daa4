using Microsoft.Data.Sqlite;
using Npgsql;

namespace Granary.Programs.Tests.Releases;

/// <summary>A fresh store that holds the data of a release.</summary>
internal abstract class ReleasedStore(string folder) : IAsyncDisposable
{
    /// <summary>Its folder in the release.</summary>
    public string Folder => folder;

    /// <summary>The settings of a product that uses it.</summary>
    public abstract IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Executes SQL on the database of the webhooks.</summary>
    public abstract Task ChangeWebhooksAsync(string sql);

    public abstract ValueTask DisposeAsync();
}

/// <summary>The embedded database: three files and the signing keys in a directory.</summary>
internal sealed class ReleasedFiles : ReleasedStore
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-released-store-");

    private ReleasedFiles()
        : base("sqlite")
    {
    }

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Granary:DataDirectory"] = _directory.FullName,
    };

    public static async Task<ReleasedStore> LoadAsync()
    {
        var store = new ReleasedFiles();
        foreach (var database in (string[])["granary", "views", "webhooks"])
        {
            await store.ExecuteAsync(database, await Release.ReadAsync($"sqlite/{database}.sql"));
        }

        File.Copy(Release.PathOf("sqlite/signing-keys.json"), Path.Combine(store._directory.FullName, "signing-keys.json"));
        return store;
    }

    public override Task ChangeWebhooksAsync(string sql) => ExecuteAsync("webhooks", sql);

    public override ValueTask DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_directory.FullName, database + ".db")};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A database in a new PostgreSQL server, whose transaction ids are below those of the release.</summary>
internal sealed class ReleasedDatabase : ReleasedStore
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-released-store-");
    private readonly PostgresServer _server;
    private readonly string _database;

    private ReleasedDatabase(PostgresServer server, string database)
        : base("postgresql") => (_server, _database) = (server, database);

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Granary:DataDirectory"] = _directory.FullName,
        ["Granary:Storage"] = "PostgreSql",
        ["ConnectionStrings:Granary"] = _database,
    };

    public static async Task<ReleasedStore> LoadAsync()
    {
        var server = await PostgresServer.StartAsync();
        var store = new ReleasedDatabase(server, await server.CreateDatabaseAsync());
        await store.ExecuteAsync(await Release.ReadAsync("postgresql/granary.sql"));
        return store;
    }

    public override Task ChangeWebhooksAsync(string sql) => ExecuteAsync(sql);

    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(_database);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
