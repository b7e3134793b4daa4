using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Settings;
using Granary.Journal;
using Granary.Journal.PostgreSql;

namespace Granary.Grains.Reading;

/// <summary>
/// Decides for each read whether a replica answers it, and reads there. A replica that is away, too old, or that breaks off in the middle costs no
/// answer: the caller reads at the primary then.
/// </summary>
/// <param name="journal">The journal: of one of several databases, a replica has only the events of this one, so it is not read.</param>
/// <param name="servers">The servers of PostgreSQL; null on SQLite, which has no replica.</param>
public sealed partial class ReplicaReads(
    ICurrent<ReplicaOptions> options, ReadMetrics metrics, ILogger<ReplicaReads> log, IJournal journal, PostgreSqlServers? servers = null)
{
    /// <summary>Reads in a snapshot of a replica.</summary>
    /// <param name="list">The name of what is read, for the metric.</param>
    /// <param name="demand">What the answer must have.</param>
    /// <param name="kept">How long the answer is kept, for which it ages.</param>
    /// <param name="read">Reads; null where the snapshot does not have what the answer must have.</param>
    /// <returns>The answer; null where the primary is to be read.</returns>
    public async Task<T?> TryReadAsync<T>(
        string list, ReadDemand demand, TimeSpan kept, Func<ReplicaSnapshot, Task<T?>> read, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        var now = options.Value;
        if (!now.Use || servers is not { Hosts.Count: > 1 } || journal.Databases.Count > 1 || demand.AtPrimary)
        {
            metrics.Read(list, ReadSource.Primary, demand.AtPrimary ? ReadReason.Begun : ReadReason.Off);
            return null;
        }

        var (snapshot, reason) = await servers.Replicas.TryOpenAsync(now.MaxStaleness - kept, cancellationToken);
        if (snapshot is null)
        {
            metrics.Read(list, ReadSource.Primary, reason == NoReplica.Stale ? ReadReason.Stale : ReadReason.Away);
            return null;
        }

        await using (snapshot)
        {
            try
            {
                var answer = await read(snapshot);
                metrics.Read(
                    list, answer is null ? ReadSource.Primary : ReadSource.Replica, answer is null ? ReadReason.Position : ReadReason.Fresh);
                return answer;
            }
            catch (Exception fault) when (PostgreSqlReplicas.IsFault(fault))
            {
                Failed(list, fault.Message);
                metrics.Read(list, ReadSource.Primary, ReadReason.Fault);
                return null;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A replica failed while {List} were read; the primary is read instead: {Fault}")]
    private partial void Failed(string list, string fault);
}
