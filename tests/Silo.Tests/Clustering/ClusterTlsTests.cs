using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Granary.Hosting.Clustering;
using Granary.Hosting.Settings;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Granary.Silo.Tests.Clustering;

/// <summary>The silo of a cluster answers processes that show a certificate of the cluster's authority, and no stranger.</summary>
public sealed class ClusterTlsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-tls-tests-");
    private readonly CertificateAuthority _authority = new("the cluster");
    private readonly CertificateAuthority _other = new("another authority");
    private readonly int _siloPort = ProgramProcess.FreePort();
    private readonly int _gateway = ProgramProcess.FreePort();
    private IHost _silo = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddClusterCertificates(FilesIn(_authority.Issue(In("silo"))));
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(_siloPort, _gateway);
            silo.UseClusterCertificates();
        });
        _silo = builder.Build();
        await _silo.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.StopAsync(Cancellation);
        _silo.Dispose();
        _authority.Dispose();
        _other.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_client_of_the_cluster_is_answered_and_a_stranger_is_refused_at_both_ports()
    {
        Assert.Single(await AskAsync(_authority.Issue(In("client"))));
        foreach (var port in (int[])[_siloPort, _gateway])
        {
            await AssertRefusedAsync(port, null);
            await AssertRefusedAsync(port, _other.Issue(In("stranger")));
            await AssertRefusedAsync(port, _authority.Issue(In("web-server"), purposes: [new Oid("1.3.6.1.5.5.7.3.1")]));
            await AssertRefusedInPlainAsync(port);
        }
    }

    [Fact]
    public async Task A_client_refuses_a_silo_with_a_certificate_of_another_authority()
    {
        var impostor = _other.Issue(In("impostor"));
        using var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(impostor, "tls.crt"), Path.Combine(impostor, "tls.key"));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = ClientOf(((IPEndPoint)listener.LocalEndpoint).Port, _authority.Issue(In("client")));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var start = client.StartAsync(end.Token);

        await using var tls = new SslStream((await listener.AcceptTcpClientAsync(Cancellation)).GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [new SslApplicationProtocol("Orleans1")] },
                Cancellation);

            // The client judges the certificate when the handshake is done. One that accepted it would say who it is.
            Assert.Equal(0, await tls.ReadAsync(new byte[1], Cancellation));
        }
        catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Refused with an alert or a reset.
        }

        await end.CancelAsync();
        await start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task Certificates_that_change_are_in_force_at_the_next_connection_and_damaged_ones_are_not()
    {
        _other.Issue(In("silo"));

        Assert.Single(await AskAsync(_other.Issue(In("client"))));
        await AssertRefusedAsync(_gateway, _authority.Issue(In("stranger")));

        await File.WriteAllTextAsync(Path.Combine(In("silo"), "tls.key"), "damaged", Cancellation);
        Assert.Single(await AskAsync(In("client")));
    }

    [Theory]
    [InlineData("ca.crt", "Granary:Silo:Tls:Authority")]
    [InlineData("tls.crt", "Granary:Silo:Tls:Certificate")]
    [InlineData("tls.key", "Granary:Silo:Tls:Key")]
    public void A_file_that_cannot_be_used_is_named(string name, string key)
    {
        var files = FilesIn(_authority.Issue(In("next")));
        File.WriteAllText(Path.Combine(In("next"), name), "damaged");
        Assert.Equal(key, Assert.Throws<InvalidConfigurationException>(() => ClusterIdentity.Read(files, null)).Key);

        File.Delete(Path.Combine(In("next"), name));
        Assert.Equal(key, Assert.Throws<InvalidConfigurationException>(() => ClusterIdentity.Read(files, null)).Key);
    }

    [Fact]
    public void A_certificate_of_another_authority_than_the_cluster_s_is_refused_at_the_start()
    {
        var files = FilesIn(_authority.Issue(In("next"))) with { Authority = FilesIn(_other.Issue(In("other"))).Authority };

        Assert.Equal("Granary:Silo:Tls:Certificate", Assert.Throws<InvalidConfigurationException>(() => ClusterIdentity.Read(files, null)).Key);
    }

    private static SiloTls FilesIn(string directory) =>
        new(Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"), Path.Combine(directory, "ca.crt"));

    /// <summary>Connects and closes the connection, as the silo should: without an answer.</summary>
    private static async Task AssertRefusedAsync(int port, string? certificates)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        await using var tls = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "granary",
            ApplicationProtocols = [new SslApplicationProtocol("Orleans1")],
            // The stranger takes any silo; what is tested is whether the silo takes the stranger.
#pragma warning disable CA5359
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        };
        if (certificates is not null)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(Path.Combine(certificates, "tls.crt"), Path.Combine(certificates, "tls.key")), null, offline: true);
        }

        try
        {
            await tls.AuthenticateAsClientAsync(options, Cancellation);

            // With TLS 1.3 the client is done before the silo has seen its certificate.
            Assert.Equal(0, await tls.ReadAsync(new byte[1], Cancellation));
        }
        catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Refused with an alert or a reset.
        }
    }

    private static async Task AssertRefusedInPlainAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(new byte[1_024], Cancellation);
        try
        {
            while (await stream.ReadAsync(new byte[1_024], Cancellation) > 0)
            {
                // An alert of TLS.
            }
        }
        catch (IOException)
        {
            // Refused with a reset.
        }
    }

    private string In(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>Asks the silo as an Orleans client with the certificates of a directory.</summary>
    /// <returns>The silos that it knows.</returns>
    private async Task<Dictionary<SiloAddress, SiloStatus>> AskAsync(string certificates)
    {
        using var host = ClientOf(_gateway, certificates);
        await host.StartAsync(Cancellation);
        try
        {
            return await host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetHosts();
        }
        finally
        {
            await host.StopAsync(Cancellation);
        }
    }

    private static IHost ClientOf(int gateway, string certificates)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddClusterCertificates(FilesIn(certificates));
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(gateway);
            client.UseClusterCertificates();
        });
        return builder.Build();
    }
}
