namespace Granary.Hosting.Settings;

/// <summary>Whether the processes of a cluster prove to each other that they belong to it.</summary>
public enum TlsMode
{
    /// <summary>Silos and clients talk over TLS only, and both sides show a certificate of the cluster's authority.</summary>
    Required,

    /// <summary>Plain TCP: every process that reaches a silo's port can call every grain.</summary>
    Off,
}

/// <summary>Which addresses of its machine a silo listens on.</summary>
public enum SiloListening
{
    /// <summary>The one that it publishes.</summary>
    Address,

    /// <summary>Every one, for a silo whose published address is not the machine's own, such as behind a port mapping.</summary>
    Any,
}

/// <summary>The PEM files by which a process of a cluster proves that it belongs to it, and recognises the others.</summary>
/// <param name="Certificate">The process's own certificate, followed by intermediate ones.</param>
/// <param name="Key">The private key of the certificate.</param>
/// <param name="Authority">The certificates of the authorities that issue for the cluster.</param>
public sealed record SiloTls(string Certificate, string Key, string Authority);
