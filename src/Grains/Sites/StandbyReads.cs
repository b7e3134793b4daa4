using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Reading;
using Granary.Journal.PostgreSql;

namespace Granary.Grains.Sites;

/// <summary>
/// Reads at the standby of a site that takes no writes. Every read is a snapshot that is not older than an answer may be; there is no primary to ask
/// instead.
/// </summary>
public sealed class StandbyReads(PostgreSqlServers servers, ICurrent<ReplicaOptions> options)
{
    /// <summary>The timeline of the database.</summary>
    public int Timeline => servers.Fence.Timeline;

    /// <summary>Says that something needs the site that takes writes.</summary>
    public SiteIdleException NeedsWriter() => new(servers.WritingSite is { } writer
        ? $"Site {servers.Site!.Name} only reads at present: site {writer} takes the writes."
        : $"Site {servers.Site!.Name} only reads at present, and no site takes writes that it can see.");

    /// <summary>Reads in a snapshot.</summary>
    /// <exception cref="JournalUnavailableException">The standby cannot be read, or is too old.</exception>
    public async Task<T> ReadAsync<T>(Func<ReplicaSnapshot, Task<T>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        var (snapshot, reason) = await servers.Replicas.TryOpenAsync(options.Value.MaxStaleness, cancellationToken);
        if (snapshot is null)
        {
            throw new JournalUnavailableException(reason == NoReplica.Stale
                ? $"The standby of site {servers.Site!.Name} is older than an answer may be."
                : $"The standby of site {servers.Site!.Name} cannot be read.");
        }

        await using (snapshot)
        {
            try
            {
                return await read(snapshot);
            }
            catch (Exception fault) when (PostgreSqlReplicas.IsFault(fault))
            {
                throw new JournalUnavailableException($"The standby of site {servers.Site!.Name} failed: {fault.Message}", fault);
            }
        }
    }
}
