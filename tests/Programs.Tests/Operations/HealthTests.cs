using System.Net;
using System.Text.Json;
using Granary.Api;
using Granary.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Programs.Tests.Operations;

[Collection<TracedProduct>]
public sealed class HealthTests(TracedProduct traced)
{
    [Fact]
    public async Task A_process_that_serves_is_live_and_ready()
    {
        using var client = traced.Product.Client();

        Assert.Equal((HttpStatusCode.OK, "live"), await AskAsync(client, "/health/live"));
        Assert.Equal((HttpStatusCode.OK, "ready"), await AskAsync(client, "/health/ready"));
    }

    [Fact]
    public async Task A_stopping_process_is_not_ready()
    {
        await using var product = await Product.StartAsync();
        using var client = product.Client();

        product.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining"), await AskAsync(client, "/health/ready"));
        Assert.Equal((HttpStatusCode.OK, "live"), await AskAsync(client, "/health/live"));
    }

    [Fact]
    public async Task Readiness_reflects_storage_and_membership_and_liveness_reflects_neither()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        using var authority = new CertificateAuthority("the cluster");
        var certificates = authority.Issue(Directory.CreateTempSubdirectory("granary-tls-").FullName);
        string[] settings =
        [
            $"--Granary:Silo:Tls:Certificate={certificates}/tls.crt", $"--Granary:Silo:Tls:Key={certificates}/tls.key",
            $"--Granary:Silo:Tls:Authority={certificates}/ca.crt",
            "--urls=http://127.0.0.1:0", "--Granary:Silo:Port=0", "--Granary:Silo:GatewayPort=0", "--Granary:Silo:Address=127.0.0.1",
            "--Granary:Storage=PostgreSql", $"--ConnectionStrings:Granary={await postgres.CreateDatabaseAsync()}",
            "--Granary:Clustering=Redis", $"--ConnectionStrings:Redis={redis.ConnectionString},syncTimeout=500,asyncTimeout=500",
            "--Granary:Journal:RetryFor=00:00:01", .. Product.Silence, "--Granary:Telemetry:Dashboard=false",
        ];
        await using var silo = SiloProgram.Build(settings);
        await silo.StartAsync(TestContext.Current.CancellationToken);
        await using var front = FrontEnd.Build([.. settings, "--Granary:Hosting=Client", $"--Granary:Admin:Password={Product.AdminPassword}"]);
        await front.StartAsync(TestContext.Current.CancellationToken);
        using var siloClient = ClientOf(silo);
        using var frontClient = ClientOf(front);
        await ChecksBecomeAsync(siloClient, HttpStatusCode.OK, "streams healthy, storage healthy, settings healthy, payments healthy, cluster healthy");
        await ChecksBecomeAsync(frontClient, HttpStatusCode.OK, "streams healthy, storage healthy, settings healthy, proxies healthy, cluster healthy");

        // Silos that know each other do not need the table at this moment: they stay in service and report the fault.
        await redis.StopAsync();
        await ChecksBecomeAsync(siloClient, HttpStatusCode.OK, "streams healthy, storage healthy, settings healthy, payments healthy, cluster degraded");
        await redis.RestartAsync();
        await ChecksBecomeAsync(siloClient, HttpStatusCode.OK, "streams healthy, storage healthy, settings healthy, payments healthy, cluster healthy");

        await postgres.StopAsync();
        await ChecksBecomeAsync(siloClient, HttpStatusCode.ServiceUnavailable, "streams healthy, storage unhealthy, settings degraded, payments healthy, cluster healthy");
        await ChecksBecomeAsync(frontClient, HttpStatusCode.ServiceUnavailable, "streams healthy, storage unhealthy, settings degraded, proxies healthy, cluster healthy");
        Assert.Equal((HttpStatusCode.OK, "live"), await AskAsync(siloClient, "/health/live"));
        Assert.Equal((HttpStatusCode.OK, "live"), await AskAsync(frontClient, "/health/live"));
        await postgres.RestartAsync(immediate: true);
        await ChecksBecomeAsync(siloClient, HttpStatusCode.OK, "streams healthy, storage healthy, settings healthy, payments healthy, cluster healthy");

        await silo.StopAsync(TestContext.Current.CancellationToken);
        await ChecksBecomeAsync(frontClient, HttpStatusCode.ServiceUnavailable, "streams healthy, storage healthy, settings degraded, proxies healthy, cluster unhealthy");
        Assert.Equal((HttpStatusCode.OK, "live"), await AskAsync(frontClient, "/health/live"));
        await front.StopAsync(TestContext.Current.CancellationToken);
        Directory.Delete(certificates, recursive: true);
    }

    private static HttpClient ClientOf(WebApplication app) => new() { BaseAddress = new Uri(app.Urls.First()) };

    private static async Task ChecksBecomeAsync(HttpClient client, HttpStatusCode status, string checks)
    {
        var last = "";
        try
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    using var answer = await client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
                    using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
                    last = $"{(int)answer.StatusCode} " + string.Join(", ", json.RootElement.GetProperty("checks").EnumerateObject()
                        .OrderByDescending(check => check.Name).Select(check => $"{check.Name} {check.Value.GetString()}"));
                    return last == $"{(int)status} {checks}";
                },
                "readiness",
                cancellation: TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Equal($"{(int)status} {checks}", last);
        }
    }

    private static async Task<(HttpStatusCode Status, string? Word)> AskAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (answer.StatusCode, json.RootElement.GetProperty("status").GetString());
    }
}
