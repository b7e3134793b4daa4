namespace Granary.Api.Traffic;

/// <summary>The result for a request that asked for a turn.</summary>
public enum Admittance
{
    /// <summary>The request has a turn and must give it back.</summary>
    Entered,

    /// <summary>The request would have waited too long; shed at once.</summary>
    TooLong,

    /// <summary>The queue is full; shed at once.</summary>
    Full,

    /// <summary>The request has waited far longer than expected; shed late.</summary>
    Overdue,

    /// <summary>The caller has disconnected.</summary>
    Gone,
}
