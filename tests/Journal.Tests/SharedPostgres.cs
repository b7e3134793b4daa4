using Granary.Journal.Tests;
using Granary.Testing;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Granary.Journal.Tests;

/// <summary>One PostgreSQL server for all tests of the assembly; each test class uses its own databases.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    private PostgresServer? _server;

    public PostgresServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
