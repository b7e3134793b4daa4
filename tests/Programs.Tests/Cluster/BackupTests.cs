using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Granary.Client;
using Granary.Commands;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Spectre.Console;

namespace Granary.Programs.Tests.Cluster;

/// <summary>A backup runs while customers order; it contains what was acknowledged before, and verify finds it sound.</summary>
public sealed partial class BackupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-backup-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_copy_of_the_embedded_database_restores_to_a_sound_journal()
    {
        var settings = Embedded(Path.Combine(_directory, "data"));
        var restored = Path.Combine(_directory, "restored");
        Directory.CreateDirectory(restored);
        var told = await OrderWhileAsync(settings, async () =>
        {
            var (code, text) = await BackupAsync(settings, Path.Combine(restored, "granary.db"));
            Assert.True(code == 0, text);
        });

        var (sound, report) = await VerifyAsync(Embedded(restored));

        Assert.True(sound == 0, report);
        await AssertHasAsync(Embedded(restored), told);
        await AssertRefusesToOverwriteAsync(settings, Path.Combine(restored, "granary.db"));
    }

    [Fact]
    public async Task A_restored_shop_delivers_to_its_webhooks_and_knows_its_tokens()
    {
        await using var recipient = await Recipient.ListenAsync("127.0.0.1");
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "restored")).FullName, "granary.db");
        string token;
        await using (var product = await Product.StartAsync([InDirectory("data"), .. WithWebhooks]))
        {
            using var registered = await product.Shop.Staff.PostJson("/webhooks", new { url = recipient.Url, events = new[] { "order.placed" } });
            await registered.Expect(HttpStatusCode.Created);
            await OrderAndHearAsync(product, recipient);
            token = product.TokenOf(UserId.From("admin"), Roles.Admin);
            var (code, text) = await BackupAsync(Embedded(Path.Combine(_directory, "data")), file);
            Assert.True(code == 0, text);
        }

        // Not the webhooks of the backup: a restored shop has those of the backup alone.
        await File.WriteAllTextAsync(Path.Combine(_directory, "restored", "webhooks.db"), "another one", TestContext.Current.CancellationToken);
        await using var restored = await Product.StartAsync([InDirectory("restored"), .. WithWebhooks]);

        await OrderAndHearAsync(restored, recipient);
        using var client = restored.Client(token);
        using var known = await client.GetAsync("/webhooks", TestContext.Current.CancellationToken);
        Assert.Single((await known.Expect(HttpStatusCode.OK)).At("data").EnumerateArray());
        Assert.Equal(0, await ScalarAsync(file, "SELECT count(*) FROM sqlite_schema WHERE name = 'backup_file'"));
        Assert.Empty(Directory.GetFiles(_directory, "*.restored", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_backup_of_an_earlier_release_restores_beside_the_webhooks_that_are_there()
    {
        await using var recipient = await Recipient.ListenAsync("127.0.0.1");
        var (data, restoredTo) = (Path.Combine(_directory, "data"), Directory.CreateDirectory(Path.Combine(_directory, "restored")).FullName);
        var file = Path.Combine(restoredTo, "granary.db");
        await using (var product = await Product.StartAsync([InDirectory("data"), .. WithWebhooks]))
        {
            using var registered = await product.Shop.Staff.PostJson("/webhooks", new { url = recipient.Url, events = new[] { "order.placed" } });
            await registered.Expect(HttpStatusCode.Created);
            Assert.Equal(0, (await BackupAsync(Embedded(data), file)).Code);
        }

        // Release 0.1.0 copied the journal's database alone.
        await ScalarAsync(file, "DROP TABLE backup_file");
        Array.ForEach(Directory.GetFiles(data, "webhooks.db*"), there => File.Copy(there, Path.Combine(restoredTo, Path.GetFileName(there))));
        await using var restored = await Product.StartAsync([InDirectory("restored"), .. WithWebhooks]);

        await OrderAndHearAsync(restored, recipient);
    }

    [Fact]
    public async Task A_dump_of_PostgreSQL_restores_in_another_server_to_a_sound_journal_which_can_be_cut_back_to_a_position()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var other = await PostgresServer.StartAsync();
        var settings = Shared(await postgres.CreateDatabaseAsync());
        await UseTransactionIdsAsync(settings["ConnectionStrings:Granary"]!);
        var restored = await other.CreateDatabaseAsync();
        var told = await OrderWhileAsync(settings, () => postgres.CopyByDumpAsync(settings["ConnectionStrings:Granary"]!, restored));

        var (sound, report) = await VerifyAsync(Shared(restored));

        Assert.True(sound == 0, report);
        Assert.True(long.Parse(OrdersIn().Match(report).Groups[1].Value, CultureInfo.InvariantCulture) >= told.Count, report);
        await AssertHasAsync(Shared(restored), told);
        await AssertCanBeCutAsync(restored);
    }

    [Fact]
    public async Task Verifying_names_what_is_missing_and_judges_the_journal_as_it_was_before()
    {
        var settings = Embedded(Path.Combine(_directory, "data"));
        await OrderWhileAsync(settings, () => Task.CompletedTask);
        var file = Path.Combine(_directory, "data", "granary.db");
        var position = await ScalarAsync(file, "SELECT position FROM journal WHERE type = 'stock.reserved' ORDER BY position LIMIT 1");
        await ScalarAsync(file, $"DELETE FROM journal WHERE position = {position}");

        var (before, _) = await VerifyAsync(settings, "--until-position", $"{position - 1}");
        var (whole, report) = await VerifyAsync(settings);

        Assert.Equal(0, before);
        Assert.Equal(1, whole);
        Assert.Contains("gap", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verifying_without_a_database_says_so()
    {
        var (code, text) = await VerifyAsync(Embedded(_directory));

        Assert.Equal(69, code);
        Assert.Contains("no database", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verifying_an_empty_journal_or_another_database_fails()
    {
        var settings = Embedded(Path.Combine(_directory, "data"));
        var product = await StartAsync(settings);
        await product.StopAsync();
        var file = Path.Combine(_directory, "data", "granary.db");
        await ScalarAsync(file, "DELETE FROM journal");
        Assert.Equal(65, (await VerifyAsync(settings)).Code);

        await ScalarAsync(file, "DROP TABLE journal");
        Assert.Equal(65, (await VerifyAsync(settings)).Code);
    }

    [Fact]
    public async Task A_backup_that_fails_leaves_nothing_behind()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "granary.db"), new string('x', 10_000), TestContext.Current.CancellationToken);
        var target = Path.Combine(_directory, "copy.db");

        var (code, text) = await BackupAsync(Embedded(_directory), target);

        Assert.Equal(65, code);
        Assert.Contains("granary.db", text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory, "copy*"));
    }

    [GeneratedRegex("([0-9]+) orders")]
    private static partial Regex OrdersIn();

    /// <summary>Advances a server's transaction ids well beyond those of a new server.</summary>
    private static async Task UseTransactionIdsAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var use = database.CreateCommand("DO $$ BEGIN FOR i IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
        await use.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// Cuts a database back to the fiftieth order with the procedure for operators, and continues with the product.
    /// </summary>
    private async Task AssertCanBeCutAsync(string restored)
    {
        await using var database = NpgsqlDataSource.Create(restored);
        await using var find = database.CreateCommand("SELECT position FROM journal WHERE type = 'order.placed' ORDER BY position OFFSET 49 LIMIT 1");
        var position = (long)(await find.ExecuteScalarAsync())!;
        await using (var cut = database.CreateCommand(CutBackTo(position)))
        {
            await cut.ExecuteNonQueryAsync();
        }

        var (sound, report) = await VerifyAsync(Shared(restored));
        Assert.True(sound == 0, report);
        await using var product = await StartAsync(Shared(restored));
        using var http = new HttpClient { BaseAddress = product.Address };
        var admin = await Administrator.LoginAsync(http);
        await Eventually.HoldsAsync(async () => await admin.ListOrdersAsync().CountAsync() == 50, "the index has the orders before the cut, and no other");
        Assert.Equal("TEA", (await admin.SearchProductsAsync("tea").SingleAsync()).Sku);
        await admin.PlaceOrderAsync(new NewOrder { Items = [new NewOrderItem("TEA", 1)] });
        await product.StopAsync();
        (sound, report) = await VerifyAsync(Shared(restored));
        Assert.True(sound == 0, report);
    }

    /// <summary>The statements of docs/operations.md.</summary>
    private static string CutBackTo(long position)
    {
        var page = File.ReadAllText(ClusterProgram.FileOf("Operations"));
        var section = page[page.IndexOf("## Point in time by position", StringComparison.Ordinal)..];
        var statements = section.Split("```sql")[1].Split("```")[0];
        return Regex.Replace(statements, @"\bN\b", position.ToString(CultureInfo.InvariantCulture));
    }

    private static string[] WithWebhooks => ["--Granary:Webhooks:AllowHttp=true", "--Granary:Webhooks:AllowPrivateTargets=true"];

    private string InDirectory(string name) => "--Granary:DataDirectory=" + Path.Combine(_directory, name);

    private static async Task OrderAndHearAsync(Product product, Recipient recipient)
    {
        var customer = await product.Shop.Customer();
        var order = (await customer.Placed((await product.Shop.Product(), 1))).Text("id")!;
        await Eventually.HoldsAsync(() => recipient.HeardOf(order).Count > 0, "the webhook delivers", cancellation: TestContext.Current.CancellationToken);
    }

    private static Dictionary<string, string?> Embedded(string directory) => new() { ["Granary:DataDirectory"] = directory };

    private Dictionary<string, string?> Shared(string database) => new()
    {
        ["Granary:DataDirectory"] = Path.Combine(_directory, "data"),
        ["Granary:Storage"] = "PostgreSql",
        ["ConnectionStrings:Granary"] = database,
    };

    /// <summary>
    /// Runs the product with customers, does some work in the meantime, and returns the orders acknowledged before it.
    /// </summary>
    private static async Task<List<string>> OrderWhileAsync(Dictionary<string, string?> settings, Func<Task> work)
    {
        await using var product = await StartAsync(settings);
        using var http = new HttpClient { BaseAddress = product.Address };
        var admin = await OpenShopAsync(http);
        using var stop = new CancellationTokenSource();
        var told = new List<string>();
        var ordering = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                var order = await admin.PlaceOrderAsync(new NewOrder { Items = [new NewOrderItem("TEA", 1)] });
                lock (told)
                {
                    told.Add(order.Id);
                }
            }
        }));
        await Eventually.HoldsAsync(() => ordering.IsFaulted || Count() >= 100, "a hundred orders");
        List<string> before;
        lock (told)
        {
            before = [.. told];
        }

        await work();
        await stop.CancelAsync();
        await ordering;
        await product.StopAsync();
        return before;

        int Count()
        {
            lock (told)
            {
                return told.Count;
            }
        }
    }

    private static async Task<ProgramProcess> StartAsync(Dictionary<string, string?> settings)
    {
        var product = new ProgramProcess(
            "Granary.Api.dll",
            [
                .. settings.Select(setting => KeyValuePair.Create(setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value!)),
                new("Granary__Silo__Port", "0"),
                new("Granary__Silo__GatewayPort", "0"),
                new("Granary__Admin__Password", Deployment.AdminPassword),
                new("Granary__RateLimit__PermitsPerSecond", "0"),
                new("Granary__Orders__MaxOpenOrdersPerUser", "0"),
                new("Granary__Orders__MaxOpenUnitsPerUser", "0"),
            ]);
        product.Start();
        await product.ListensAsync();
        return product;
    }

    private static async Task<GranaryClient> OpenShopAsync(HttpClient http)
    {
        var admin = await Administrator.LoginAsync(http);
        var me = await admin.GetMeAsync();
        await admin.DepositAsync(me.Id, new Money(100_000_000, "USD"));
        await admin.PutProductAsync("TEA", new ProductDefinition("Tea", new Money(100, "USD")));
        await admin.AdjustStockAsync("TEA", 1_000_000, "delivery");
        return admin;
    }

    private static async Task AssertRefusesToOverwriteAsync(Dictionary<string, string?> settings, string file)
    {
        var written = File.GetLastWriteTimeUtc(file);

        Assert.NotEqual(0, (await BackupAsync(settings, file)).Code);

        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
    }

    private static async Task AssertHasAsync(Dictionary<string, string?> settings, List<string> orders)
    {
        await using var stores = StoreReader.Open(new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));
        foreach (var order in orders)
        {
            Assert.NotEmpty(await stores.Journal.ReadStreamAsync($"order/{order}", 0, TestContext.Current.CancellationToken));
        }
    }

    private static async Task<long> ScalarAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync() is long value ? value : 0;
    }

    private static Task<(int Code, string Text)> VerifyAsync(Dictionary<string, string?> settings, params string[] arguments) =>
        RunAsync(settings, ["verify", .. arguments]);

    private static Task<(int Code, string Text)> BackupAsync(Dictionary<string, string?> settings, string file) =>
        RunAsync(settings, "backup", file);

    private static async Task<(int Code, string Text)> RunAsync(Dictionary<string, string?> settings, params string[] command)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Interactive = InteractionSupport.No });
        var code = await CommandLine.RunAsync(
            [.. command, .. settings.Select(setting => $"--{setting.Key}={setting.Value}")],
            _ => throw new InvalidOperationException("The product was to run."),
            console,
            text);
        return (code, text.ToString());
    }
}
