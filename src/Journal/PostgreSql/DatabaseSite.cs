namespace Granary.Journal.PostgreSql;

/// <summary>
/// The site that a process belongs to, and which servers are at which site. A process opens connections to the servers of its own site alone, and so
/// takes writes only while one of these is the primary; the others tell it who is.
/// </summary>
/// <param name="Name">The site of the process.</param>
/// <param name="Servers">Every server of the connection string, with its site.</param>
public sealed record DatabaseSite(string Name, IReadOnlyList<SiteServer> Servers)
{
    /// <summary>Whether a server is at the site of the process.</summary>
    /// <param name="host">Host and port.</param>
    public bool IsOwn(string host) => SiteOf(host) == Name;

    /// <summary>The site of a server; null for one that is not named.</summary>
    /// <param name="host">Host and port.</param>
    public string? SiteOf(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return Servers.FirstOrDefault(server => server.Host == host || host.StartsWith(server.Host + ":", StringComparison.Ordinal))?.Site;
    }
}

/// <summary>A server of the database and its site.</summary>
/// <param name="Site">The name of the site.</param>
/// <param name="Host">The host as in the connection string, with or without its port.</param>
public sealed record SiteServer(string Site, string Host);
