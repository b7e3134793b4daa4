using Granary.Hosting;
using Npgsql;

namespace Granary.Programs.Tests.Operations.Commands;

/// <summary>Commands over a journal of two databases, while the product runs.</summary>
public sealed class DividedTests : IAsyncLifetime
{
    private const int Orders = 24;

    /// <summary>A port on which nothing listens.</summary>
    private const string Nowhere = "127.0.0.1:1";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-divided-");
    private PostgresServer _server = null!;
    private string[] _databases = [];

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _databases = [await _server.CreateDatabaseAsync(), await _server.CreateDatabaseAsync()];
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_journal_that_no_silo_has_divided_has_no_map_whichever_databases_are_away()
    {
        var (code, output, _) = await RunAsync(_databases, "partitions", "list");
        Assert.Equal((ExitCodes.Unavailable, "No silo has divided the journal yet.\n"), (code, output));

        (code, output, _) = await RunAsync([_databases[0], On(_databases[1], Nowhere)], "partitions", "list");
        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.StartsWith($"Database 1: {Nowhere} cannot be reached: Connection refused.", output, StringComparison.Ordinal);
        Assert.EndsWith("\nNone of the databases that can be reached has a map of the partitions.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_divided_journal_is_verified_dumped_at_one_moment_moved_restored_and_started_only_with_its_own_databases()
    {
        await using var product = await ProductProcess.StartAsync(SettingsOf(_databases));
        var sku = await product.Shop.Product(stock: 1_000);
        var customer = await product.Shop.Customer();
        for (var i = 0; i < Orders; i++)
        {
            await customer.Placed((sku, 1));
        }

        Assert.Contains("of database 1: 24 orders", await SucceedsAsync("verify"), StringComparison.Ordinal);

        // More orders are placed meanwhile.
        var backup = Path.Combine(_directory.FullName, "backup");
        var ordering = Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => customer.Placed((sku, 1))));
        await SucceedsAsync("backup", backup);
        await ordering;
        Assert.Equal(["granary-0.dump", "granary-1.dump"], Directory.GetFiles(backup).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(ExitCodes.CannotCreate, (await RunAsync(_databases, "backup", backup)).Code);

        // pg_dump gets the host that has the snapshot, which is the second of each database here.
        var hosts = $"{Nowhere},127.0.0.1:{new NpgsqlConnectionStringBuilder(_databases[0]).Port}";
        var (dumped, said, complaints) = await RunAsync([On(_databases[0], hosts), On(_databases[1], hosts)], "backup", backup + "2");
        Assert.True(dumped == 0, said + complaints);

        // The map is in every database; all other commands need all of them.
        foreach (var (away, databases) in new[] { (0, (string[])[On(_databases[0], Nowhere), _databases[1]]), (1, [_databases[0], On(_databases[1], Nowhere)]) })
        {
            var listed = await RunAsync(databases, "partitions", "list");
            Assert.Equal(0, listed.Code);
            Assert.StartsWith("partition 0: database 0\npartition 1: database 1\n", listed.Output, StringComparison.Ordinal);
            Assert.Contains($"Database {away}: {Nowhere} cannot be reached: Connection refused.", listed.Output, StringComparison.Ordinal);
            Assert.Equal(away == 0, listed.Output.Contains("may lack the last move", StringComparison.Ordinal));
            foreach (var arguments in (string[][])[["verify"], ["partitions", "move", "2", "--to", "1"], ["partitions", "clean"], ["check-projection"]])
            {
                var refused = await RunAsync(databases, arguments);
                Assert.Equal(ExitCodes.Unavailable, refused.Code);
                Assert.StartsWith($"Database {away}: {Nowhere} cannot be reached: Connection refused.", refused.Output, StringComparison.Ordinal);
            }
        }

        foreach (var arguments in (string[][])[["partitions", "list"], ["verify"]])
        {
            var refused = await RunAsync([On(_databases[0], Nowhere), On(_databases[1], Nowhere)], arguments);
            Assert.Equal(ExitCodes.Unavailable, refused.Code);
            Assert.StartsWith($"Database 0: {Nowhere} cannot be reached: Connection refused.", refused.Output, StringComparison.Ordinal);
            Assert.Contains($"\nDatabase 1: {Nowhere} cannot be reached: Connection refused.", refused.Output, StringComparison.Ordinal);
        }

        Assert.StartsWith("partition 0: database 0\npartition 1: database 1\n", await SucceedsAsync("partitions", "list"), StringComparison.Ordinal);
        Assert.Contains("Partition 2 is in database 1", await SucceedsAsync("partitions", "move", "2", "--to", "1"), StringComparison.Ordinal);
        await customer.Placed((sku, 1));
        Assert.Contains("of database 1: 49 orders", await SucceedsAsync("verify"), StringComparison.Ordinal);
        await SucceedsAsync("partitions", "clean");
        Assert.Contains("of database 1: 49 orders", await SucceedsAsync("verify"), StringComparison.Ordinal);
        await SucceedsAsync("check-projection");
        Assert.Equal(ExitCodes.Usage, (await RunAsync(_databases, "partitions", "move", "16", "--to", "1")).Code);
        Assert.Equal(ExitCodes.Usage, (await RunAsync(_databases, "verify", "--until-position", "5")).Code);

        string[] restored = [await _server.CreateDatabaseAsync(), await _server.CreateDatabaseAsync()];
        for (var number = 0; number < 2; number++)
        {
            await _server.RestoreAsync(Path.Combine(backup, $"granary-{number}.dump"), restored[number]);
        }

        var (code, output, errors) = await RunAsync(restored, "verify");
        Assert.True(code == 0, output + errors);
        Assert.Contains("The journal is sound.", output, StringComparison.Ordinal);

        foreach (var wrong in (string[][])[[_databases[0]], [_databases[1], _databases[0]], [_databases[0], restored[0]]])
        {
            var refused = await RunAsync(wrong, "verify");
            Assert.Equal(ExitCodes.Configuration, refused.Code);
            Assert.Contains("Granary:Journal:Databases names ", refused.Errors, StringComparison.Ordinal);
        }

        var (exit, lines) = await ProductProcess.FailAsync(SettingsOf(_databases[0]));
        Assert.Equal(ExitCodes.Configuration, exit);
        Assert.Contains("a part of the journal is in database 1", lines, StringComparison.Ordinal);
    }

    private static string On(string database, string hosts) => new NpgsqlConnectionStringBuilder(database) { Host = hosts }.ConnectionString;

    private static Dictionary<string, string> SettingsOf(params string[] databases) => new(
        databases.Skip(1).Select((database, i) => KeyValuePair.Create($"Granary__Journal__Databases__{i + 1}", database)))
    {
        ["Granary__Storage"] = "PostgreSql",
        ["ConnectionStrings__Granary"] = databases[0],
    };

    private async Task<string> SucceedsAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(_databases, arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {output}{errors}");
        return output;
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(string[] databases, params string[] arguments) => CommandRun.RunAsync(
        [.. arguments, .. SettingsOf(databases).Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}")]);
}
