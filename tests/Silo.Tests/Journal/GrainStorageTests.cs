namespace Granary.Silo.Tests.Journal;

public sealed class SqliteGrainStorageTests : GrainStorageContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-storage-tests-").FullName;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    protected override Task<Dictionary<string, string?>> ConfigurationAsync() =>
        Task.FromResult(new Dictionary<string, string?> { ["Granary:DataDirectory"] = _directory });
}

public sealed class PostgreSqlGrainStorageTests(SharedPostgres postgres) : GrainStorageContract
{
    protected override async Task<Dictionary<string, string?>> ConfigurationAsync() => new()
    {
        ["Granary:Storage"] = "PostgreSql",
        ["ConnectionStrings:Granary"] = await postgres.CreateDatabaseAsync(),
    };
}
