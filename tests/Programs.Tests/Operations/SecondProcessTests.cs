using System.Net;
using System.Net.Sockets;
using Granary.Api;
using Granary.Api.Auth;
using Granary.Hosting;
using Granary.Hosting.Listening;
using Granary.Hosting.Settings;
using Granary.Programs.Tests.Operations.Commands;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Programs.Tests.Operations;

/// <summary>A process has its ports and its data directory for itself: a second one says which of them it cannot have, and ends.</summary>
public sealed class SecondProcessTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-operations-tests-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_product_is_refused_what_the_first_has_and_the_first_goes_on()
    {
        var http = ProgramProcess.FreePort();
        string[] first = [.. In("one"), $"--urls=http://127.0.0.1:{http}"];
        await using var one = await Running.StartAsync(first);
        using var client = Access.Client(new Uri($"http://127.0.0.1:{http}"));
        foreach (var key in (string[])["urls", "Granary:DataDirectory"])
        {
            await using var two = FrontEnd.Build([.. In("two"), first.Last(argument => argument.StartsWith($"--{key}=", StringComparison.Ordinal))]);

            var problem = await Assert.ThrowsAsync<InvalidConfigurationException>(() => two.StartAsync(Cancellation));

            Assert.Equal(key, problem.Key);
            var store = new FileInfo(Path.Combine(_directory.FullName, "two", "granary.db"));
            Assert.False(store.Exists && store.Length > 0, "The second product had started its store.");
            using var ready = await client.GetAsync("/health/ready", Cancellation);
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }
    }

    [Theory]
    [InlineData("Granary:Silo:Port")]
    [InlineData("Granary:Silo:GatewayPort")]
    public async Task A_silo_of_a_cluster_is_refused_a_port_that_another_process_listens_on(string key)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        var settings = new Dictionary<string, string?>
        {
            ["Granary:Storage"] = "PostgreSql",
            ["ConnectionStrings:Granary"] = "Host=none",
            ["Granary:Clustering"] = "Redis",
            ["ConnectionStrings:Redis"] = "none",
            ["Granary:Silo:Tls:Mode"] = "Off",
            ["Granary:Silo:Address"] = "127.0.0.1",
            ["Granary:Silo:Port"] = "0",
            ["Granary:Silo:GatewayPort"] = "0",
            [key] = $"{taken}",
        };
        using var ports = new SiloPorts(PlatformSettings.From(new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())));

        var problem = await Assert.ThrowsAsync<InvalidConfigurationException>(() => ports.StartAsync(Cancellation));

        Assert.Equal(key, problem.Key);
    }

    [Theory]
    [InlineData("--http_ports={0}", "http_ports")]
    [InlineData("--urls=http://localhost:{0}", "urls")]
    [InlineData("--urls=http://*:{0};http://127.0.0.1:0", "urls")]
    [InlineData("--Kestrel:Endpoints:Inside:Url=http://127.0.0.1:{0}", "Kestrel:Endpoints:Inside:Url")]
    public async Task A_taken_port_for_HTTP_is_named_however_it_is_given(string argument, string key)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        string[] settings = [.. In("one").Where(setting => !setting.StartsWith("--urls=", StringComparison.Ordinal)), string.Format(null, argument, port)];
        await using var product = FrontEnd.Build(settings);

        var problem = await Assert.ThrowsAsync<InvalidConfigurationException>(() => product.StartAsync(Cancellation));

        Assert.Equal(key, problem.Key);
        Assert.Contains(port.ToString(null, null), problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_named()
    {
        await using var product = FrontEnd.Build([.. In("one"), "--urls=http://192.0.2.1:5080"]);

        var problem = await Assert.ThrowsAsync<InvalidConfigurationException>(() => product.StartAsync(Cancellation));

        Assert.StartsWith("Configuration: urls names http://192.0.2.1:5080, where this process cannot listen: ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_processes_that_bind_a_port_at_the_same_moment_one_listens()
    {
        var port = new IPEndPoint(IPAddress.Loopback, ProgramProcess.FreePort());
        using var one = new HeldSockets();
        using var two = new HeldSockets();
        one.Bind(port);
        two.Bind(port);

        using var listening = one.Take(port);

        Assert.Throws<AddressInUseException>(() => two.Take(port));
    }

    [Fact]
    public void A_free_port_is_held_from_the_moment_it_is_chosen()
    {
        using var one = new HeldSockets();
        var ports = Enumerable.Range(0, 100).Select(_ => one.Bind(new IPEndPoint(IPAddress.Loopback, 0)).Port).ToList();

        Assert.Equal(ports.Count, ports.Distinct().Count());
    }

    [Fact]
    public async Task The_next_process_starts_at_once_where_the_last_one_closed_its_connections()
    {
        string[] settings =
        [
            .. In("one"), $"--urls=http://127.0.0.1:{ProgramProcess.FreePort()}",
        ];
        await using (var last = await Running.StartAsync(settings))
        {
            // The product closes this connection, so the kernel keeps the pair of ports for a minute (TIME_WAIT).
            using var client = Access.Client(last.Address);
            using var answer = await client.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { ConnectionClose = true } }, Cancellation);
        }

        await using var next = await Running.StartAsync(settings);
    }

    [Fact]
    public async Task Commands_run_beside_the_product_that_has_the_directory()
    {
        await using var product = await Running.StartAsync(In("one"));
        string[] there = [$"--Granary:DataDirectory={Path.Combine(_directory.FullName, "one")}"];

        Assert.Equal(0, (await CommandRun.RunAsync(["verify", .. there])).Code);
        Assert.Equal(0, (await CommandRun.RunAsync(["backup", Path.Combine(_directory.FullName, "copy.db"), .. there])).Code);
        Assert.Equal(0, (await CommandRun.RunAsync(["rebuild-projection", .. there])).Code);
        Assert.Equal(0, (await CommandRun.RunAsync(["rotate-signing-key", .. there])).Code);
    }

    [Fact]
    public async Task An_administrator_is_recovered_while_the_product_does_not_run()
    {
        var settings = In("one");
        string[] recover = ["recover-admin", $"--Granary:DataDirectory={Path.Combine(_directory.FullName, "one")}"];
        await using (await Running.StartAsync(settings))
        {
            Assert.Equal(ExitCodes.Unavailable, (await CommandRun.RunAsync(recover)).Code);
        }

        var (code, output, _) = await CommandRun.RunAsync(recover);
        Assert.Equal(0, code);
        await CommandRun.RunAsync([.. recover, "--user-name", "second"]);

        await using var product = await Running.StartAsync(settings);
        Assert.Equal(HttpStatusCode.OK, await LogInAsync(output.Split('\'')[3]));
        Assert.Equal(HttpStatusCode.Unauthorized, await LogInAsync(Product.AdminPassword));

        async Task<HttpStatusCode> LogInAsync(string password)
        {
            using var client = Access.Client(product.Address);
            using var answer = await client.PostJson("/auth/token", new { user_name = "admin", password });
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("Granary.Api.dll")]
    [InlineData("Granary.Silo.dll")]
    public async Task A_process_that_finds_its_port_taken_ends_with_78_and_one_line(string program)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        await using var process = new ProgramProcess(
            program, [new("Granary__DataDirectory", _directory.FullName), new("Granary__Silo__Port", "0"), new("Granary__Silo__GatewayPort", "0")], [$"--urls={taken}"]);

        process.Start();

        Assert.Equal(ExitCodes.Configuration, await process.EndsAsync());
        Assert.Equal([$"Configuration: urls names {taken}, where another process listens."], process.Lines);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private string[] In(string name) => Product.SettingsIn(_directory.CreateSubdirectory(name));

    /// <summary>A product in this process that stops before it is disposed of.</summary>
    private sealed class Running(WebApplication app) : IAsyncDisposable
    {
        public Uri Address => new(app.Urls.Single());

        public static async Task<Running> StartAsync(string[] settings)
        {
            var app = FrontEnd.Build(settings);
            await app.StartAsync(Cancellation);
            await app.Services.GetRequiredService<FirstAdministrator>().Registered;
            return new Running(app);
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
