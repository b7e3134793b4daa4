using System.Diagnostics;
using Granary.Hosting;
using Granary.Testing;
using Microsoft.AspNetCore.Builder;

namespace Granary.Programs.Tests.Operations.Commands;

/// <summary>One grammar for the product and its commands: help, settings, suggestions, exit codes, completion.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-operations-tests-");

    private string InDirectory => $"--Granary:DataDirectory={_directory.FullName}";

    [Theory]
    [InlineData("")]
    [InlineData("verify")]
    [InlineData("reconcile")]
    [InlineData("backup")]
    [InlineData("rebuild-projection")]
    [InlineData("check-projection")]
    [InlineData("dead-letters list")]
    [InlineData("dead-letters replay")]
    [InlineData("rewind")]
    [InlineData("rotate-signing-key")]
    [InlineData("recover-admin")]
    [InlineData("failover")]
    [InlineData("partitions list")]
    [InlineData("partitions move")]
    [InlineData("partitions clean")]
    [InlineData("import northwind")]
    [InlineData("settings")]
    [InlineData("completion bash")]
    public async Task Help_has_the_usage_examples_and_how_settings_are_given(string command)
    {
        var (code, output, errors) = await CommandRun.RunAsync([.. Words(command), "--help"]);

        Assert.Equal((0, ""), (code, errors));
        Assert.Matches($@"Usage:\s+granary\s+{command}", output);
        Assert.Matches($@"Examples:\s+granary\s+{command}", output);
        Assert.Contains("--Granary:Key value", output, StringComparison.Ordinal);
        Assert.DoesNotContain("additional arguments", output, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("verify --help", "--until-position <N>")]
    [InlineData("backup -h", "FILE")]
    [InlineData("dead-letters --help", "replay")]
    [InlineData("import --help", "northwind")]
    [InlineData("import northwind --help", "<cover|none>")]
    [InlineData("--help", "rotate-signing-key")]
    public async Task Help_names_options_arguments_and_commands(string line, string expected) =>
        Assert.Contains(expected, (await CommandRun.RunAsync(Words(line))).Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("verfy", "Did you mean verify?")]
    [InlineData("backpu copy.db", "Did you mean backup?")]
    [InlineData("dead-letters lst", "Did you mean list?")]
    [InlineData("verify --until-positon 5", "Did you mean --until-position?")]
    [InlineData("verify --until-positon=5", "Did you mean --until-position?")]
    [InlineData("rotate-signing-key --revoke-previus", "Did you mean --revoke-previous?")]
    [InlineData("--Granary:Storge Sqlite", "Did you mean --Granary:Storage?")]
    [InlineData("verify --Granary:DataDirektory=/data", "Did you mean --Granary:DataDirectory?")]
    [InlineData("--url http://localhost:8080", "Did you mean --urls?")]
    public async Task A_misspelt_word_is_refused_with_the_one_that_was_meant(string line, string suggestion)
    {
        var (code, output, errors) = await CommandRun.RunAsync(Words(line));

        Assert.Equal((ExitCodes.Usage, ""), (code, output));
        Assert.Contains(suggestion, errors, StringComparison.Ordinal);
        Assert.Contains("--help' tells", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("backup a.db b.db")]
    [InlineData("verify --until-position many")]
    [InlineData("reconcile --from yesterday")]
    [InlineData("reconcile --from 2026-02-01 --to 2026-01-01")]
    [InlineData("dead-letters")]
    [InlineData("dead-letters replay")]
    [InlineData("dead-letters replay --all --id 7")]
    [InlineData("rewind --consumer order-index")]
    [InlineData("import")]
    [InlineData("import southwind")]
    [InlineData("import northwind")]
    [InlineData("import northwind --restock much")]
    [InlineData("import northwind --parallel 65")]
    [InlineData("import northwind --url nowhere")]
    [InlineData("rotate-signing-key now")]
    [InlineData("completion fish")]
    [InlineData("--Granary:Storage")]
    [InlineData("--xyzzy=1")]
    public async Task A_command_line_that_makes_no_sense_is_64_and_nothing_runs(string line)
    {
        var (code, _, errors) = await CommandRun.RunAsync(Words(line));

        Assert.Equal(ExitCodes.Usage, code);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task Without_a_command_the_product_runs_with_every_form_of_a_setting()
    {
        string[]? given = null;
        var (code, _, _) = await CommandRun.RunAsync(
            settings =>
            {
                given = settings;
                return Task.CompletedTask;
            },
            [
                "--Granary:Storage", "Sqlite", "--Granary:DataDirectory=/data", "--urls", "http://localhost:1;http://localhost:2", "--granary:currency", "EUR",
                "--Serilog:MinimumLevel:Override:Microsoft", "Fatal", "Granary:Silo:Port=0", "--Granary:Cors:Origins:0=https://a.example",
                "/Granary:Silo:GatewayPort", "0", "--environment", "Staging",
            ]);

        var read = WebApplication.CreateBuilder(given!);
        Assert.Equal(0, code);
        Assert.Equal("Staging", read.Environment.EnvironmentName);
        Assert.Equal(
            ["Sqlite", "/data", "http://localhost:1;http://localhost:2", "EUR", "Fatal", "0", "https://a.example", "0"],
            new[]
            {
                "Granary:Storage", "Granary:DataDirectory", "urls", "Granary:Currency", "Serilog:MinimumLevel:Override:Microsoft", "Granary:Silo:Port",
                "Granary:Cors:Origins:0", "Granary:Silo:GatewayPort",
            }.Select(key => read.Configuration[key]));
    }

    [Fact]
    public async Task A_setting_before_between_or_after_the_words_of_a_command_is_none_of_them()
    {
        var copy = Path.Combine(_directory.FullName, "copy.db");
        foreach (var line in (string[][])
        [
            ["--Granary:DataDirectory", _directory.FullName, "backup", copy],
            ["backup", "--Granary:DataDirectory", _directory.FullName, copy],
            ["backup", copy, "--Granary:DataDirectory", _directory.FullName],
        ])
        {
            var (code, output, _) = await CommandRun.RunAsync(line);

            Assert.Equal(ExitCodes.Unavailable, code);
            Assert.Contains(Path.Combine(_directory.FullName, "granary.db"), output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("reconcile --Granary:Payments:Provider Http")]
    [InlineData("backup copy.db")]
    [InlineData("rebuild-projection")]
    [InlineData("check-projection --grains")]
    [InlineData("dead-letters list")]
    [InlineData("dead-letters replay --all")]
    [InlineData("rewind --consumer order-index --to 0")]
    public async Task A_database_that_is_not_there_is_69_and_is_not_created(string line)
    {
        var (code, output, _) = await CommandRun.RunAsync([.. Words(line), InDirectory]);

        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains("There is no database", output, StringComparison.Ordinal);
        Assert.Empty(_directory.GetFiles());
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("check-projection")]
    [InlineData("rebuild-projection")]
    public async Task A_server_of_databases_that_does_not_answer_is_69(string line)
    {
        var (code, output, _) = await CommandRun.RunAsync(
        [
            .. Words(line), InDirectory, "--Granary:Storage", "PostgreSql", "--Granary:Journal:RetryFor", "00:00:01",
            "--ConnectionStrings:Granary", $"Host=127.0.0.1;Port={ProgramProcess.FreePort()};Username=granary;Timeout=2",
        ]);

        Assert.True(code == ExitCodes.Unavailable, $"{code}: {output}");
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("check-projection")]
    [InlineData("rebuild-projection")]
    [InlineData("backup copy.db")]
    public async Task A_file_that_is_no_database_is_65(string line)
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory.FullName, "granary.db"), new string('x', 10_000), TestContext.Current.CancellationToken);

        var (code, output, _) = await CommandRun.RunAsync([.. Words(line).Select(InTheDirectory), InDirectory]);

        Assert.True(code == ExitCodes.BadData, $"{code}: {output}");
    }

    [Fact]
    public async Task A_backup_over_an_existing_file_is_73()
    {
        var file = Path.Combine(_directory.FullName, "granary.db");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.CannotCreate, (await CommandRun.RunAsync("backup", file, InDirectory)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("verify")]
    [InlineData("reconcile")]
    [InlineData("backup copy.db")]
    [InlineData("rebuild-projection")]
    [InlineData("check-projection")]
    [InlineData("dead-letters list")]
    [InlineData("dead-letters replay --all")]
    [InlineData("rewind --consumer order-index --to 0")]
    [InlineData("rotate-signing-key")]
    [InlineData("recover-admin")]
    [InlineData("failover")]
    [InlineData("partitions list")]
    [InlineData("partitions move 1 --to 0")]
    public async Task A_setting_that_cannot_be_run_with_is_78_for_the_product_and_for_every_command(string line)
    {
        var (code, _, errors) = await CommandRun.RunAsync(Api.FrontEnd.RunAsync, [.. Words(line), InDirectory, "--Granary:Storage", "Oracle"]);

        Assert.Equal(ExitCodes.Configuration, code);
        Assert.StartsWith("Configuration: Granary:Storage is 'Oracle'; it takes Sqlite or PostgreSql.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signing_key_is_rotated_where_the_settings_say_and_not_where_keys_are_configured()
    {
        // A directory in which no product has run is a mistake in the path.
        Assert.Equal(ExitCodes.Unavailable, (await CommandRun.RunAsync("rotate-signing-key", InDirectory)).Code);
        Assert.Empty(_directory.GetFiles());

        await File.WriteAllBytesAsync(Path.Combine(_directory.FullName, "granary.db"), [], TestContext.Current.CancellationToken);
        Assert.Equal(0, (await CommandRun.RunAsync("rotate-signing-key", "--Granary:DataDirectory", _directory.FullName)).Code);
        Assert.True(_directory.GetFiles().Length > 1, "No key was written.");

        var key = Convert.ToBase64String(new byte[32]);
        Assert.Equal(1, (await CommandRun.RunAsync("rotate-signing-key", "--revoke-previous", InDirectory, "--Granary:Auth:SigningKey", key)).Code);
    }

    [Fact]
    public async Task A_command_that_needs_stores_composes_no_silo_and_no_front_end()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory.FullName, "granary.db"), new string('x', 10_000), TestContext.Current.CancellationToken);
        using var hosts = new HostsBuilt();

        await CommandRun.RunAsync("verify", InDirectory);
        await CommandRun.RunAsync("check-projection", InDirectory);
        await CommandRun.RunAsync("dead-letters", "list", InDirectory);
        await CommandRun.RunAsync("rotate-signing-key", InDirectory);

        Assert.Equal(0, hosts.Count);
        await using var silo = Silo.SiloProgram.Build([InDirectory, "--Granary:Silo:Port=0", "--Granary:Silo:GatewayPort=0"]);
        Assert.Equal(1, hosts.Count);
    }

    [Theory]
    [InlineData("granary ver", "verify")]
    [InlineData("granary dead-letters re", "replay")]
    [InlineData("granary dead-letters replay --i", "--id")]
    [InlineData("granary import northwind --restock n", "none")]
    [InlineData("granary --Granary : Auth : TokenL", "TokenLifetime")]
    [InlineData("granary verify --Granary : Storage Post", "PostgreSql")]
    [InlineData("granary --Granary : Storage Sqlite ver", "verify")]
    [InlineData("granary --Granary : Storage = P", "PostgreSql")]
    [InlineData("granary completion b", "bash")]
    public async Task Bash_completes_commands_options_settings_and_values(string words, string expected)
    {
        var script = Path.Combine(_directory.FullName, "completion");
        await File.WriteAllTextAsync(script, (await CommandRun.RunAsync("completion", "bash")).Output, TestContext.Current.CancellationToken);

        var replies = await Command.RunAsync(
            "bash", "--norc", "-c",
            $"source '{script}'; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _granary; printf '%s\\n' \"${{COMPREPLY[@]}}\"");

        Assert.Equal(expected, replies.Trim());
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private string InTheDirectory(string word) => word.EndsWith(".db", StringComparison.Ordinal) ? Path.Combine(_directory.FullName, word) : word;

    /// <summary>Counts the hosts that this test builds, not those of tests beside it.</summary>
    private sealed class HostsBuilt : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly AsyncLocal<bool> _mine = new() { Value = true };
        private readonly List<IDisposable> _subscriptions = [];

        public HostsBuilt() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        public int Count { get; private set; }

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
            {
                _subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value) => Count += _mine.Value && value.Key == "HostBuilt" ? 1 : 0;

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose() => _subscriptions.ForEach(subscription => subscription.Dispose());
    }
}
