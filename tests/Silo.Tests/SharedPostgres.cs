using Granary.Silo.Tests;
using Granary.Testing;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Granary.Silo.Tests;

/// <summary>One PostgreSQL server for all tests of the assembly, started when the first test asks for a database.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(PostgresServer.StartAsync);

    /// <summary>A connection string for an empty database.</summary>
    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
