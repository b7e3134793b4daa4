using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// A server that answers and must not be used: an old primary, a server of another system, or a standby. To callers it is a server
/// that is away.
/// </summary>
public sealed class RefusedServerException(string message) : NpgsqlException(message)
{
    /// <summary>So that Npgsql tries the next host and leaves this one alone for a while (<c>Host Recheck Seconds</c>).</summary>
    public override bool IsTransient => true;

    /// <summary>Whether it is a standby, which is no fault while another host is the primary.</summary>
    public bool IsStandby { get; init; }

    /// <summary>Why there is no connection: the refusal among the faults of several hosts, if there is one.</summary>
    public static string ReasonOf(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return Find(fault)?.Message ?? (fault.InnerException is AggregateException hosts
            ? string.Join(" ", hosts.InnerExceptions.Select(host => host.Message).Distinct(StringComparer.Ordinal))
            : fault.Message);
    }

    private static RefusedServerException? Find(Exception? fault) => fault switch
    {
        RefusedServerException { IsStandby: false } refusal => refusal,
        AggregateException many => many.InnerExceptions.Select(Find).FirstOrDefault(refusal => refusal is not null),
        null => null,
        _ => Find(fault.InnerException),
    };
}
