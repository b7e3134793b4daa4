using System.Text.RegularExpressions;
using Granary.Api;
using Granary.Commands;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Programs.Tests.Operations.Commands;
using Granary.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Granary.Programs.Tests.Operations.Settings;

/// <summary>Every key is declared, read, documented, and refuses a value that it does not take.</summary>
public sealed partial class SettingsTests : IDisposable
{
    // Bad for every kind of key: a control character in a text, a keyword that no connection string has, too short for a password.
    private const string Bad = "no=1\n";

    private static readonly Dictionary<string, string> OfACluster = new()
    {
        ["Granary__Storage"] = "PostgreSql",
        ["Granary__Clustering"] = "Redis",
        ["ConnectionStrings__Granary"] = "Host=127.0.0.1",
        ["ConnectionStrings__Redis"] = "127.0.0.1",
        ["Granary__Silo__Address"] = "127.0.0.1",
        ["Granary__Silo__Tls__Certificate"] = "tls.crt",
        ["Granary__Silo__Tls__Key"] = "tls.key",
        ["Granary__Silo__Tls__Authority"] = "ca.crt",
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-operations-tests-");

    public static TheoryData<string> Keys => [.. SettingKeys.All.Select(key => key.Name)];

    [Fact]
    public async Task A_program_reads_every_key_and_no_key_that_is_not_declared()
    {
        ReadSettings[] programs =
        [
            await ReadAsync([], FrontEnd.Build),
            await ReadAsync(new(OfACluster) { ["Granary__Hosting"] = "Client" }, FrontEnd.Build),
            await ReadAsync(OfACluster, SiloProgram.Build),
        ];

        var read = programs.SelectMany(program => program.Keys).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.All(SettingKeys.All, key => Assert.Contains(key.Name, read));
        Assert.All(
            read.Where(key => (key.StartsWith("Granary:", StringComparison.OrdinalIgnoreCase) || key.StartsWith("ConnectionStrings:", StringComparison.Ordinal))
                && !IsSection(key)),
            key => Assert.Contains(SettingKeys.All, declared => declared.Name.Equals(key, StringComparison.OrdinalIgnoreCase)
                || (declared.IsSecret && (declared.Name + SettingsReader.FileSuffix).Equals(key, StringComparison.OrdinalIgnoreCase))));
    }

    [Fact]
    public void A_secret_is_read_from_a_file_and_a_file_that_has_none_is_named()
    {
        var (good, empty) = (Path.Combine(_directory.FullName, "password"), Path.Combine(_directory.FullName, "empty"));
        File.WriteAllText(good, "correct horse battery staple\n");
        File.WriteAllText(empty, "\n");
        string? Read(params (string Key, string Value)[] settings) => new SettingsReader(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build()).Read(SettingKeys.AdminPassword);

        Assert.Equal("correct horse battery staple", Read(("Granary:Admin:PasswordFile", good)));
        foreach (var path in new[] { empty, Path.Combine(_directory.FullName, "missing") })
        {
            var problem = Assert.Throws<InvalidConfigurationException>(() => Read(("Granary:Admin:PasswordFile", path)));
            Assert.Equal("Granary:Admin:PasswordFile", problem.Key);
            Assert.Contains(path, problem.Message, StringComparison.Ordinal);
        }

        Assert.Throws<InvalidConfigurationException>(() => Read(("Granary:Admin:PasswordFile", good), ("Granary:Admin:Password", "another one")));
    }

    /// <summary>Whether keys lie below it, so that looking for unknown keys reads it.</summary>
    private static bool IsSection(string key) =>
        SettingKeys.All.Any(declared => declared.Name.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase));

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_value_that_a_key_does_not_take_stops_the_start_and_is_named(string name)
    {
        var key = SettingKeys.All.Single(key => key.Name == name);

        var problem = Assert.Throws<InvalidConfigurationException>(() => FrontEnd.Build(
        [
            "--hostBuilder:reloadConfigOnChange=false",
            $"--Granary:DataDirectory={_directory.FullName}",
            .. key == SettingKeys.Storage || key == SettingKeys.Clustering || key == SettingKeys.Hosting
                ? [] : OfACluster.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
            $"--{name}={Bad}",
        ]));

        Assert.Equal(name, problem.Key);
        Assert.StartsWith(
            key.IsSecret ? $"Configuration: {name} has a value that it does not take; it takes " : $"Configuration: {name} is '{Bad}'; it takes ",
            problem.Message,
            StringComparison.Ordinal);
        Assert.EndsWith($"{key.Takes}.", problem.Message, StringComparison.Ordinal);
        Assert.True(!key.IsSecret || !problem.Message.Contains(Bad, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Granary:Storge", "Granary:Storage")]
    [InlineData("Granary:storge", "Granary:Storage")]
    [InlineData("Granary:Order:PaymentTimeout", "Granary:Orders:PaymentTimeout")]
    [InlineData("Granary:PaymentTimeout", "Granary:Orders:PaymentTimeout")]
    [InlineData("Granary:Cors:Origin:0", "Granary:Cors:Origins")]
    [InlineData("Granary:Cors:Origins:first", "Granary:Cors:Origins")]
    [InlineData("Granary:Storage:Kind", "Granary:Storage")]
    [InlineData("Granary:Unheard:Of", null)]
    public async Task A_misspelt_key_stops_every_program_with_78_and_the_nearest_key_is_named(string name, string? meant)
    {
        var expected = $"Configuration: {name} is no setting.{(meant is null ? "" : $" Did you mean {meant}?")}";
        void Misspell(WebApplicationBuilder builder) =>
            builder.Configuration.AddInMemoryCollection([new(name, "x"), new("Granary:DataDirectory", _directory.FullName)]);

        Assert.Equal(expected, Assert.Throws<InvalidConfigurationException>(() => SiloProgram.Build([], Misspell)).Message);
        using var errors = new StringWriter();
        var code = await CommandLine.RunAsync(
            [],
            arguments =>
            {
                FrontEnd.Build(arguments, Misspell);
                return Task.CompletedTask;
            },
            errors: errors);

        Assert.Equal((ExitCodes.Configuration, expected), (code, errors.ToString().TrimEnd()));
    }

    [Fact]
    public void A_misspelt_key_is_found_in_a_file_and_in_the_environment()
    {
        var file = Path.Combine(_directory.FullName, "settings.json");
        File.WriteAllText(file, """{ "Granary": { "Cors": { "Origins": ["https://a.example"] }, "Orders": { "PaymentTimeOut": "00:01:00", "Grace": null } } }""");
        var inFile = new ConfigurationBuilder().AddJsonFile(file).Build();
        Assert.Contains("Granary:Orders:Grace", Refused(inFile).Message, StringComparison.Ordinal);

        Environment.SetEnvironmentVariable("GRANARY_TESTS_Granary__Silo__ClusterID2", "x");
        var environment = new ConfigurationBuilder().AddEnvironmentVariables("GRANARY_TESTS_").Build();
        Environment.SetEnvironmentVariable("GRANARY_TESTS_Granary__Silo__ClusterID2", null);
        Assert.Equal("Configuration: Granary:Silo:ClusterID2 is no setting. Did you mean Granary:Silo:ClusterId?", Refused(environment).Message);

        static InvalidConfigurationException Refused(IConfiguration configuration) =>
            Assert.Throws<InvalidConfigurationException>(() => new SettingsReader(configuration).RefuseUnknown());
    }

    [Theory]
    [InlineData("00:00:05", 5)]
    [InlineData("00:00:01.5", 1.5)]
    [InlineData("00:00:01.250", 1.25)]
    [InlineData("23:59:59", 86_399)]
    [InlineData("1.00:00:00", 86_400)]
    [InlineData("30.00:00:00", 2_592_000)]
    public void A_duration_is_written_in_hours_minutes_and_seconds_with_days_before_them(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Reader(SettingKeys.TokenLifetime, text).Read(SettingKeys.TokenLifetime));

    [Theory]
    [InlineData("3600")]
    [InlineData("1")]
    [InlineData("10:00")]
    [InlineData("1:00:00")]
    [InlineData("24:00:00")]
    [InlineData("-00:00:05")]
    [InlineData("00:00:00")]
    [InlineData("30.00:00:01")]
    [InlineData("1h")]
    public void A_duration_in_another_form_or_out_of_its_bounds_is_refused_with_the_form_and_the_bounds(string text)
    {
        var problem = Assert.Throws<InvalidConfigurationException>(
            () => Reader(SettingKeys.TokenLifetime, text).Read(SettingKeys.TokenLifetime));

        Assert.Equal(
            $"Configuration: Granary:Auth:TokenLifetime is '{text}'; it takes a time from 00:00:01 to 30.00:00:00, written hh:mm:ss, hh:mm:ss.fff or d.hh:mm:ss.",
            problem.Message);
    }

    [Fact]
    public void The_times_of_orders_reach_them()
    {
        var orders = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(
            [new("Granary:Orders:PaymentTimeout", "00:07:00"), new("Granary:Orders:ReservationGrace", "00:00:09")]).Build()).Orders();

        Assert.Equal((TimeSpan.FromMinutes(7), TimeSpan.FromSeconds(9)), (orders.PaymentTimeout, orders.ReservationGrace));
    }

    [Theory]
    [InlineData("https://a.example, https://b.example")]
    [InlineData(null, "https://a.example", "https://b.example")]
    public void A_list_is_one_value_with_commas_or_an_array(string? text, params string[] items)
    {
        var key = SettingKeys.CorsOrigins;
        var settings = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(
            [new(key.Name, text), .. items.Select((item, i) => KeyValuePair.Create($"{key.Name}:{i}", (string?)item))]).Build());

        Assert.Equal(["https://a.example", "https://b.example"], settings.Read(key));
    }

    [Fact]
    public async Task The_page_of_settings_is_what_the_program_lists()
    {
        var (code, output, _) = await CommandRun.RunAsync("settings");

        Assert.Equal(0, code);
        Assert.Contains(output.Trim(), Repository.Read("docs/settings.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_of_settings_lists_those_that_can_change_while_the_product_runs()
    {
        var page = Repository.Read("docs/settings.md");
        var list = page[page.IndexOf("<!-- live:", StringComparison.Ordinal)..page.IndexOf("<!-- /live -->", StringComparison.Ordinal)];

        Assert.Equal(
            SettingKeys.All.Where(key => key.IsLive).Select(key => $"- `{key.Name}`"),
            list.Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_page_of_settings_lists_those_that_variants_can_set()
    {
        var page = Repository.Read("docs/settings.md");
        var list = page[page.IndexOf("<!-- variants:", StringComparison.Ordinal)..page.IndexOf("<!-- /variants -->", StringComparison.Ordinal)];

        Assert.Equal(
            SettingKeys.All.Where(key => key.IsOfRequest).Select(key => $"- `{key.Name}`"),
            list.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("- ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Documents_name_no_key_that_is_not_declared()
    {
        var pages = Directory.GetFiles(Repository.PathOf("docs"), "*.md").Append(Repository.PathOf("README.md"))
            .Concat(Directory.GetFiles(Repository.PathOf("ops"), "*", SearchOption.AllDirectories));
        var named = pages.SelectMany(page => KeyInText().Matches(File.ReadAllText(page)))
            .Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)).Distinct().Where(key => key != "Granary:Key");

        Assert.All(named, name => Assert.Contains(
            SettingKeys.All,
            key => key.Name == name || key.Name.StartsWith(name + ":", StringComparison.Ordinal) || (key.IsSecret && key.Name + SettingsReader.FileSuffix == name)));
    }

    [Fact]
    public void Nothing_reads_the_configuration_past_the_reader()
    {
        // The operator is a program of its own, which knows none of the platform's settings and judges its four by itself.
        var past = Directory.GetFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/Hosting/Settings/", StringComparison.Ordinal)
                && !file.Contains("/src/Operator/", StringComparison.Ordinal))
            .Where(file => ReadsPast().IsMatch(File.ReadAllText(file)));

        Assert.Empty(past);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [GeneratedRegex("Granary(?::|__)[A-Z][A-Za-z]*(?:(?::|__)[A-Z][A-Za-z]*)*")]
    private static partial Regex KeyInText();

    [GeneratedRegex(@"onfiguration\[|GetSection\(|BindConfiguration|GetConnectionString|onfiguration\.GetValue")]
    private static partial Regex ReadsPast();

    private static SettingsReader Reader(SettingKey key, string value) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new(key.Name, value)]).Build());

    private async Task<ReadSettings> ReadAsync(
        Dictionary<string, string> environment, Func<string[], Action<WebApplicationBuilder>, WebApplication> build)
    {
        var settings = new ReadSettings(new Dictionary<string, string>(environment) { ["Granary__DataDirectory"] = _directory.FullName });
        await using var program = build([], builder => ((IList<IConfigurationSource>)builder.Configuration.Sources).Add(settings));
        return settings;
    }
}
