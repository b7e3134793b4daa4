using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Granary.Hosting.Settings;

namespace Granary.Hosting.Clustering;

/// <summary>What a process of a cluster shows the others, and by which it recognises them, as its files were at one moment.</summary>
internal sealed class ClusterIdentity
{
    // Every process of a cluster is both: a silo calls silos.
    private static readonly OidCollection Purposes = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")];

    private readonly (string Certificate, string Key, string Authority) _texts;
    private readonly X509Certificate2Collection _authorities = [];

    private ClusterIdentity(SiloTls files, (string Certificate, string Key, string Authority) texts)
    {
        _texts = texts;
        var chain = new X509Certificate2Collection();
        Import(SettingKeys.TlsAuthority, files.Authority, texts.Authority, _authorities);
        Import(SettingKeys.TlsCertificate, files.Certificate, texts.Certificate, chain);
        try
        {
            Certificate = X509Certificate2.CreateFromPem(texts.Certificate, texts.Key);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new InvalidConfigurationException(SettingKeys.TlsKey, $"is '{files.Key}', which is no private key of {files.Certificate}: {fault.Message}");
        }

        if (!Knows(Certificate, chain))
        {
            throw new InvalidConfigurationException(
                SettingKeys.TlsCertificate,
                $"is '{files.Certificate}', which is not valid now for servers and clients by the authorities in {files.Authority}.");
        }

        Context = SslStreamCertificateContext.Create(Certificate, [.. chain.Skip(1)], offline: true);
    }

    /// <summary>The process's own certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate with those between it and the authority.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>Reads the files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="last">What they held when they were last read.</param>
    /// <returns><paramref name="last"/> if they have not changed.</returns>
    /// <exception cref="InvalidConfigurationException">A file cannot be used; the message names it.</exception>
    public static ClusterIdentity Read(SiloTls files, ClusterIdentity? last)
    {
        var texts = (
            Read(SettingKeys.TlsCertificate, files.Certificate), Read(SettingKeys.TlsKey, files.Key), Read(SettingKeys.TlsAuthority, files.Authority));

        // The last identity is not disposed of when another takes its place: a handshake may be using it.
        return last is not null && last._texts == texts ? last : new ClusterIdentity(files, texts);
    }

    /// <summary>Whether a certificate was issued for this cluster and is valid now.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="between">Certificates that may stand between it and the authority.</param>
    public bool Knows(X509Certificate2 certificate, X509Certificate2Collection between)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.ExtraStore.AddRange(between);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        foreach (var purpose in Purposes)
        {
            chain.ChainPolicy.ApplicationPolicy.Add(purpose);
        }

        return chain.Build(certificate);
    }

    private static string Read(SettingKey key, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(key, $"is '{file}', which cannot be read: {fault.Message}");
        }
    }

    private static void Import(SettingKey key, string file, string text, X509Certificate2Collection certificates)
    {
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException fault)
        {
            throw new InvalidConfigurationException(key, $"is '{file}', which cannot be read: {fault.Message}");
        }

        if (certificates.Count == 0)
        {
            throw new InvalidConfigurationException(key, $"is '{file}', which holds no certificate.");
        }
    }
}
