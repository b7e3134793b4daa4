using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Granary.Testing;

/// <summary>An authority that issues certificates as PEM files, as cert-manager would.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private static readonly OidCollection ServerAndClient = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")];

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public CertificateAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <summary>Writes <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c>, in place of those that may be there.</summary>
    /// <returns>The directory.</returns>
    public string Issue(string directory, string name = "silo", OidCollection? purposes = null)
    {
        Directory.CreateDirectory(directory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes ?? ServerAndClient, critical: false));
        using var certificate = request.Create(
            _certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(7), RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(Path.Combine(directory, "ca.crt"), _certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        return directory;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
