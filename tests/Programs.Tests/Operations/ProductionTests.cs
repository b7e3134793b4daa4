using System.Diagnostics;
using System.Text.RegularExpressions;
using Granary.Api;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Granary.Programs.Tests.Operations;

/// <summary>What <c>docs/production.md</c> has operators install: units, settings, and scripts that back up and restore.</summary>
public sealed partial class ProductionTests : IDisposable
{
    // The host and libpq read these.
    private static readonly string[] OfOthers = ["DOTNET_ENVIRONMENT", "DOTNET_shutdownTimeoutSeconds", "PGHOST", "PGUSER", "PGDATABASE"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-operations-tests-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_product_starts_with_the_settings_and_reads_all_of_them()
    {
        var environment = Variables();
        var settings = new ReadSettings(new Dictionary<string, string>(environment) { ["Granary__DataDirectory"] = _directory.FullName });
        await using var product = FrontEnd.Build([], builder => ((IList<IConfigurationSource>)builder.Configuration.Sources).Add(settings));

        // The addresses for HTTP are read at the start, which binds them.
        Assert.All(environment.Keys.Except([.. OfOthers, "ASPNETCORE_URLS"]), name => Assert.True(settings.WasRead(name), name));
        Assert.Equal(
            environment["ASPNETCORE_URLS"].Split(';'), ListenAddresses.From(product.Configuration).Select(listen => listen.Address));
        Assert.EndsWith($":{environment["Granary__Telemetry__MetricsPort"]}", environment["ASPNETCORE_URLS"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_that_cannot_succeed_is_not_repeated_and_a_stop_has_its_time()
    {
        var unit = Repository.Read("ops/systemd/granary.service");

        Assert.Contains($"{Hosting.ExitCodes.Configuration}", SettingOf(unit, "RestartPreventExitStatus").Split(' '));
        Assert.True(int.Parse(SettingOf(unit, "TimeoutStopSec"), null) > int.Parse(Variables()["DOTNET_shutdownTimeoutSeconds"], null));
        Assert.True(int.Parse(SettingOf(unit, "LimitNOFILE"), null) > SettingKeys.MaxConnections.Fallback);
    }

    [Fact]
    public async Task The_units_are_what_systemd_takes()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            Assert.Skip("This machine has no systemd-analyze.");
        }

        var units = new List<string>();
        foreach (var unit in Directory.GetFiles(Repository.PathOf("ops/systemd"), "granary*.*").Where(file => !file.EndsWith(".env", StringComparison.Ordinal)))
        {
            // systemd also looks for the program, which is not installed here.
            units.Add(Path.Combine(_directory.FullName, Path.GetFileName(unit)));
            await File.WriteAllTextAsync(units[^1], Program().Replace(await File.ReadAllTextAsync(unit, Cancellation), "ExecStart=/bin/true"), Cancellation);
        }

        Assert.Equal(5, units.Count);

        // What systemd does not know it ignores, with a line of standard error.
        Assert.Equal("", await Command.RunAsync("bash", ["-c", "systemd-analyze verify --man=no \"$@\" 2>&1", "verify", .. units]));
    }

    [Theory]
    [InlineData("proxy_set_header X-Forwarded-For $remote_addr;")]
    [InlineData("proxy_set_header X-Forwarded-Proto $scheme;")]
    [InlineData("server 127.0.0.1:5080;")]
    public void The_proxy_says_who_the_caller_is_to_the_address_that_Granary_listens_on(string line)
    {
        Assert.Contains(line, Repository.Read("ops/nginx/granary.conf"), StringComparison.Ordinal);
        Assert.Contains("127.0.0.1/32", Variables()["Granary__TrustedProxies"], StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:5080", Variables()["ASPNETCORE_URLS"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_embedded_store_is_backed_up_beside_the_product_and_the_drill_restores_it()
    {
        await using var product = await Product.StartAsync();
        await product.Shop.Product();
        var store = product.Services.GetService(typeof(PlatformSettings)) as PlatformSettings;

        await DrillAsync(new() { ["Granary__DataDirectory"] = store!.DataDirectory }, "*.db");
    }

    [Fact]
    public async Task A_database_is_backed_up_beside_the_product_and_the_drill_restores_it()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        await using var product = await Product.StartAsync(["--Granary:Storage=PostgreSql", $"--ConnectionStrings:Granary={database}"]);
        await product.Shop.Product();

        await DrillAsync(
            new()
            {
                ["Granary__Storage"] = "PostgreSql", ["ConnectionStrings__Granary"] = database.ToString(), ["PGHOST"] = database.Host!,
                ["PGPORT"] = $"{database.Port}", ["PGUSER"] = database.Username!, ["PGDATABASE"] = database.Database!,
            },
            "*.dump");

        Assert.DoesNotContain("granary_drill", await postgres.DatabasesAsync());
    }

    [Fact]
    public async Task A_drill_without_a_backup_or_with_a_broken_one_fails()
    {
        Assert.NotEqual(0, (await ScriptAsync("ops/restore-drill.sh", [], _directory.FullName)).Code);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "granary-20260101T000000Z.db"), new string('x', 10_000), Cancellation);

        Assert.Equal(Hosting.ExitCodes.BadData, (await ScriptAsync("ops/restore-drill.sh", [], _directory.FullName)).Code);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [GeneratedRegex("^ExecStart=.*$", RegexOptions.Multiline)]
    private static partial Regex Program();

    private static string SettingOf(string unit, string name) =>
        Regex.Match(unit, $"^{name}=(.*)$", RegexOptions.Multiline).Groups[1].Value;

    /// <summary>The variables of the file that the unit reads.</summary>
    private static Dictionary<string, string> Variables() => Repository.Read("ops/systemd/granary.env").Split('\n')
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .ToDictionary(line => line[0], line => line[1]);

    private async Task DrillAsync(Dictionary<string, string> environment, string files)
    {
        var old = Path.Combine(_directory.FullName, "granary-20260101T000000Z" + files[1..]);
        await File.WriteAllTextAsync(old, "", Cancellation);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-30));

        var (backedUp, report) = await ScriptAsync("ops/backup.sh", environment, _directory.FullName, "14");

        Assert.True(backedUp == 0, report);
        var backup = Assert.Single(_directory.GetFiles());
        Assert.Matches($@"^granary-\d{{8}}T\d{{6}}Z\{files[1..]}$", backup.Name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, backup.UnixFileMode);

        var (sound, said) = await ScriptAsync("ops/restore-drill.sh", environment, _directory.FullName);

        Assert.True(sound == 0, said);
        Assert.Contains(backup.Name, said, StringComparison.Ordinal);
        Assert.Contains("The journal is sound.", said, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> ScriptAsync(string script, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.PathOf(script), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GRANARY"] = Path.Combine(AppContext.BaseDirectory, "Granary.Api");
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, await errors + await output);
    }
}
