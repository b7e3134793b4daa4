using System.Net.Security;
using Granary.Hosting.Settings;
using Orleans.Connections.Security;

namespace Granary.Hosting.Clustering;

/// <summary>
/// The certificates by which the processes of a cluster recognise each other. The files are read at every handshake, and taken up if
/// they have changed: a certificate is replaced without a restart. If they cannot be used, that is logged, and the last ones that could
/// stay in force. Connections that exist are not verified again.
/// </summary>
internal sealed partial class ClusterCertificates(SiloTls files, ILogger<ClusterCertificates> log) : IHostedService
{
    // What a client of a handshake calls its peer. Silos are known by their address, so the name says nothing: the issuer counts.
    private const string PeerName = "granary";

    private readonly Lock _lock = new();
    private ClusterIdentity? _identity;
    private string? _complaint;

    /// <exception cref="InvalidConfigurationException">A file cannot be used; the message names it.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _identity = ClusterIdentity.Read(files, last: null);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>How connections are secured: TLS 1.2 or 1.3, and each side shows a certificate of the cluster.</summary>
    public TlsOptions Options() => new()
    {
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        RemoteCertificateValidation = (certificate, chain, _) => Current().Knows(certificate, chain?.ChainPolicy.ExtraStore ?? []),

        // Orleans insists on a certificate or a selector. A context takes its place, because it holds intermediate certificates, too.
        LocalServerCertificateSelector = (_, _) => Current().Certificate,
        OnAuthenticateAsServer = (_, handshake) =>
        {
            var options = (SslServerAuthenticationOptions)handshake.SslServerAuthenticationOptions;
            options.ServerCertificateSelectionCallback = null;
            options.ServerCertificateContext = Current().Context;

            // A session that is resumed would not be verified by the authorities of today.
            options.AllowTlsResume = false;
        },
        OnAuthenticateAsClient = (_, handshake) =>
        {
            var options = (SslClientAuthenticationOptions)handshake.SslClientAuthenticationOptions;
            options.TargetHost = PeerName;
            options.ClientCertificateContext = Current().Context;
            options.AllowTlsResume = false;
        },
    };

    private ClusterIdentity Current()
    {
        lock (_lock)
        {
            try
            {
                var current = ClusterIdentity.Read(files, _identity);
                if (_identity is not null && current != _identity)
                {
                    TakenUp(current.Certificate.Subject, current.Certificate.NotAfter);
                }

                _complaint = null;
                return _identity = current;
            }
            catch (InvalidConfigurationException problem) when (_identity is { } last)
            {
                if (_complaint != problem.Message)
                {
                    NotTakenUp(_complaint = problem.Message);
                }

                return last;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The certificate {Subject}, valid until {End}, is in force.")]
    private partial void TakenUp(string subject, DateTime end);

    [LoggerMessage(Level = LogLevel.Error, Message = "The last certificates stay in force. {Problem}")]
    private partial void NotTakenUp(string problem);
}
