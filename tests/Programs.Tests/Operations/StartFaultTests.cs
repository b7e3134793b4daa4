using Granary.Api;
using Granary.Hosting;
using Granary.Programs.Tests.Operations.Commands;

namespace Granary.Programs.Tests.Operations;

/// <summary>What keeps the product from starting is told in one line and with the documented exit code.</summary>
public sealed class StartFaultTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-operations-tests-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("granary.db", "damaged", "", ExitCodes.BadData, "granary.db is damaged")]
    [InlineData("granary.db", "a directory", "", ExitCodes.Configuration, "cannot use granary.db")]
    [InlineData("granary.db", "truncated", "", ExitCodes.BadData, "granary.db is damaged")]
    [InlineData("webhooks.db", "damaged", "", ExitCodes.BadData, "webhooks.db is damaged")]
    [InlineData("signing-keys.json", "damaged", "", ExitCodes.BadData, "signing-keys.json is damaged")]
    [InlineData("signing-keys.json", "empty", "", ExitCodes.BadData, "signing-keys.json is damaged")]
    [InlineData("signing-keys.json", "no keys", "", ExitCodes.BadData, "signing-keys.json is damaged")]
    [InlineData("granary.lock", "a directory", "", ExitCodes.Configuration, "Granary:DataDirectory")]
    [InlineData("", "", "--urls=http://127.0.0.1:80000", ExitCodes.Configuration, "urls is 'http://127.0.0.1:80000'")]
    [InlineData("", "", "--Kestrel:Endpoints:Inside:Url=http://127.0.0.1:80000", ExitCodes.Configuration, "Kestrel:Endpoints:Inside:Url is")]
    [InlineData("", "", "--Granary:Storage=PostgreSql", ExitCodes.Configuration, "ConnectionStrings:Granary is missing")]
    [InlineData("", "", "--Granary:DataDirectory=/dev/null/data", ExitCodes.Configuration, "Granary:DataDirectory is '/dev/null/data'")]
    [InlineData("", "", "--Granary:Auth:SigningKey=", null, "")]
    public async Task It_is_one_line_and_an_exit_code(string file, string state, string setting, int? code, string message)
    {
        await BringAboutAsync(Path.Combine(_directory.FullName, file), state);
        string[] settings = [.. Product.SettingsIn(_directory), .. setting.Length > 0 ? [setting] : Array.Empty<string>()];
        if (code is null)
        {
            // An empty value counts as not set.
            await using var product = FrontEnd.Build(settings);
            await product.StartAsync(Cancellation);
            await product.StopAsync(Cancellation);
            return;
        }

        var (actual, _, errors) = await CommandRun.RunAsync(FrontEnd.RunAsync, settings);

        var line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.Equal(code, actual);
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("truncated")]
    public async Task Damaged_views_are_rebuilt_from_the_journal(string state)
    {
        await using (var first = await Product.StartAsync([$"--Granary:DataDirectory={_directory.FullName}"]))
        {
            await (await first.Shop.Customer()).Placed((await first.Shop.Product(), 1));
        }

        await BringAboutAsync(Path.Combine(_directory.FullName, "views.db"), state);

        await using var product = await Product.StartAsync([$"--Granary:DataDirectory={_directory.FullName}"]);
        await Eventually.HoldsAsync(
            async () => (await CommandRun.RunAsync("check-projection", $"--Granary:DataDirectory={_directory.FullName}")) is { Code: 0 },
            "the views are as the journal says",
            cancellation: Cancellation);
    }

    [Fact]
    public async Task A_limit_on_open_files_that_is_too_low_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        var program = Path.Combine(AppContext.BaseDirectory, "Granary.Api.dll");

        var output = await Command.RunAsync(
            "bash", "-c", $"ulimit -n 256; dotnet '{program}' --urls=http://127.0.0.1:0 --Granary:DataDirectory={_directory.FullName} 2>&1 </dev/null; echo \"exit $?\"");

        Assert.Equal(
            ["This process may have 256 files open and needs 1024: raise the limit (ulimit -n, LimitNOFILE).", $"exit {ExitCodes.Configuration}"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static async Task BringAboutAsync(string path, string state)
    {
        switch (state)
        {
            case "damaged":
                foreach (var side in (string[])["-wal", "-shm"])
                {
                    File.Delete(path + side);
                }

                await File.WriteAllTextAsync(path, new string('x', 20_000), Cancellation);
                break;
            case "truncated":
                await TruncateAsync(path);
                break;
            case "empty":
                await File.WriteAllTextAsync(path, "", Cancellation);
                break;
            case "no keys":
                await File.WriteAllTextAsync(path, "[null]", Cancellation);
                break;
            case "a directory":
                Directory.CreateDirectory(path);
                break;
        }
    }

    /// <summary>Leaves the first page of a database, as a copy that was broken off does.</summary>
    private static async Task TruncateAsync(string path)
    {
        if (!File.Exists(path))
        {
            await using var product = await Product.StartAsync([$"--Granary:DataDirectory={Path.GetDirectoryName(path)}"]);
        }

        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=false"))
        {
            await connection.OpenAsync(Cancellation);
            await using var checkpoint = connection.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await checkpoint.ExecuteNonQueryAsync(Cancellation);
        }

        await using var file = File.OpenWrite(path);
        file.SetLength(4_096);
    }
}
