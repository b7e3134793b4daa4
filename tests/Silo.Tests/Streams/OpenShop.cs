namespace Granary.Silo.Tests.Streams;

/// <summary>A whole silo with a product and a customer that the tests of a class share.</summary>
public abstract class OpenShop : IAsyncLifetime
{
    private WholeSilo? _silo;

    /// <summary>The silo.</summary>
    public WholeSilo Silo => _silo!;

    /// <summary>The settings of the silo's database.</summary>
    protected abstract Task<Dictionary<string, string?>> ConfigureAsync();

    public async ValueTask InitializeAsync()
    {
        _silo = await WholeSilo.StartAsync(await ConfigureAsync(), TestContext.Current.CancellationToken);
        await _silo.OpenAsync(stock: 100_000);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Silo.DisposeAsync();
    }
}

/// <summary>A shop over SQLite.</summary>
public sealed class SqliteShop : OpenShop
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-shop-");

    protected override Task<Dictionary<string, string?>> ConfigureAsync() => Task.FromResult(
        new Dictionary<string, string?> { ["Granary:DataDirectory"] = _directory.FullName });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>A shop over PostgreSQL.</summary>
public sealed class PostgreSqlShop(SharedPostgres server) : OpenShop
{
    protected override async Task<Dictionary<string, string?>> ConfigureAsync() => new()
    {
        ["Granary:Storage"] = "PostgreSql",
        ["ConnectionStrings:Granary"] = await server.CreateDatabaseAsync(),
    };
}
