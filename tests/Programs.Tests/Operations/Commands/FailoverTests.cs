using Granary.Hosting;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Programs.Tests.Operations.Commands;

/// <summary>The command <c>failover</c> over two servers.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private PostgresServer _primary = null!;
    private PostgresServer _standby = null!;
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _primary = await PostgresServer.StartAsync();
        _database = await _primary.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(_database);
        await PostgreSqlSchema.MigrateAsync(source, TestContext.Current.CancellationToken);
        _standby = await _primary.StartStandbyAsync(synchronous: false);
    }

    public async ValueTask DisposeAsync()
    {
        await _standby.DisposeAsync();
        await _primary.DisposeAsync();
    }

    [Fact]
    public async Task A_planned_failover_loses_nothing_and_leaves_the_old_primary_read_only()
    {
        await using var servers = new PostgreSqlServers(_primary.WithHost(_database, _standby));
        await using var store = new PostgreSqlJournal(servers.Open(), new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance, servers);
        using var stop = new CancellationTokenSource();
        var watch = WatchAsync(servers, stop.Token);
        var written = 0;
        var writing = WriteAsync();
        await ProgressAsync();

        var (code, output, errors) = await FailoverAsync();

        Assert.True(code == 0, output + errors);
        Assert.Contains($"127.0.0.1:{_primary.Port} is read-only, and no session from before is left.", output, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{_standby.Port} is the primary, on timeline 2, and takes writes.", output, StringComparison.Ordinal);
        await ProgressAsync();
        await stop.CancelAsync();
        await Task.WhenAll(watch, writing);
        Assert.Equal((long)written, await _standby.QueryAsync("SELECT count(*) FROM journal", Name));
        await Assert.ThrowsAsync<PostgresException>(() => _primary.QueryAsync("UPDATE journal_epoch SET xid_offset = 0", Name));

        async Task WriteAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                var outcomes = new Exception?[1];
                await store.AppendBatchAsync([Append(written)], outcomes);
                Assert.Null(outcomes[0]);
                Interlocked.Increment(ref written);
            }
        }

        Task ProgressAsync()
        {
            var before = Volatile.Read(ref written);
            return Eventually.HoldsAsync(() => writing.IsFaulted || Volatile.Read(ref written) > before + 20, "writing goes on",
                cancellation: TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Where_the_primary_is_away_the_standby_is_promoted_on_the_word_of_the_operator()
    {
        await _primary.KillAsync();

        var refused = await FailoverAsync();
        var done = await FailoverAsync("--accept-loss");
        var again = await FailoverAsync("--accept-loss");

        Assert.Equal(1, refused.Code);
        Assert.Contains("Nothing was done. The primary is away, and nobody can tell what it had", refused.Output, StringComparison.Ordinal);
        Assert.True(done.Code == 0, done.Output + done.Errors);
        Assert.Contains("Do not start the old primary as it is", done.Output, StringComparison.Ordinal);
        Assert.Equal(1, again.Code);
        Assert.Contains("is the primary already, and no standby can be reached.", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_primary_that_cannot_be_made_read_only_stays_as_it_is()
    {
        await _primary.QueryAsync("CREATE ROLE clerk LOGIN");
        await Eventually.HoldsAsync(
            async () => await _standby.QueryAsync("SELECT count(*) FROM pg_roles WHERE rolname = 'clerk'") is 1L, "the standby has the role",
            cancellation: TestContext.Current.CancellationToken);

        var (code, output, _) = await FailoverAsync($"--ConnectionStrings:Granary={_primary.WithHost(_database, _standby)};Username=clerk");

        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains("permission denied", output, StringComparison.Ordinal);
        Assert.Equal("off", await _primary.QueryAsync("SHOW default_transaction_read_only"));
        Assert.Equal(true, await _standby.QueryAsync("SELECT pg_is_in_recovery()"));
    }

    [Fact]
    public async Task Without_any_server_or_with_the_embedded_store_there_is_nothing_to_do()
    {
        await _primary.StopAsync();
        await _standby.StopAsync();

        var unreachable = await FailoverAsync("--accept-loss");
        var embedded = await CommandRun.RunAsync("failover");

        Assert.Equal(ExitCodes.Unavailable, unreachable.Code);
        Assert.Equal(ExitCodes.Configuration, embedded.Code);
        Assert.Contains("Granary:Storage is Sqlite, which has no standby.", embedded.Output, StringComparison.Ordinal);
        await _primary.RestartAsync(immediate: true);
        await _standby.RestartAsync(immediate: true);
    }

    private string Name => new NpgsqlConnectionStringBuilder(_database).Database!;

    private Task<(int Code, string Output, string Errors)> FailoverAsync(params string[] options)
    {
        string[] settings = ["--Granary:Storage=PostgreSql", $"--ConnectionStrings:Granary={_primary.WithHost(_database, _standby)}"];
        return CommandRun.RunAsync(["failover", .. settings.Where(setting => !options.Any(option => option.StartsWith(setting.Split('=')[0], StringComparison.Ordinal))), .. options]);
    }

    private static JournalAppend Append(int number) => new(
        $"order/{number}", 0, [new Domain.Events.JournalEvent("order.noted", "{}"u8.ToArray(), DateTimeOffset.UtcNow)]);

    private static async Task WatchAsync(PostgreSqlServers servers, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await servers.LookAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(100), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
