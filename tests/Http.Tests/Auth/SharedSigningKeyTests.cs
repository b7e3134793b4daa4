using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Granary.Http.Tests.Auth;

/// <summary>The keys of a cluster, on a real PostgreSQL.</summary>
public sealed class SharedSigningKeyTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private NpgsqlDataSource _database = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _database = NpgsqlDataSource.Create(await _server.CreateDatabaseAsync());
    }

    [Fact]
    public async Task Front_ends_that_start_together_on_an_empty_database_agree_on_one_key()
    {
        var rings = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(Ring)));

        Assert.Single(rings.Select(ring => ring.Current.Id).Distinct());
    }

    [Fact]
    public async Task A_rotation_on_one_front_end_reaches_the_others_and_revoking_removes_the_old_key_there_too()
    {
        var (here, there) = (await Ring(), await Ring());
        var old = here.Current;

        await here.RotateAsync(revokePrevious: false, TestContext.Current.CancellationToken);
        await there.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(there.Find(old.Id));

        await here.RotateAsync(revokePrevious: true, TestContext.Current.CancellationToken);
        await there.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Null(there.Find(old.Id));
        Assert.Equal(here.Current.Secret, there.Current.Secret);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<SigningKeyRing> Ring()
    {
        var options = AuthOptions.From(new SettingsReader(new ConfigurationBuilder().Build()));
        var ring = new SigningKeyRing(new PostgreSqlSigningKeys(_database), options, TimeProvider.System);
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        return ring;
    }
}
