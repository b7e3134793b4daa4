namespace Granary.Api.Traffic;

/// <summary>What became of a request that asked for its turn.</summary>
public enum Admittance
{
    /// <summary>It has its turn, and must give it back.</summary>
    Entered,

    /// <summary>It would have waited too long; shed at once.</summary>
    TooLong,

    /// <summary>As many wait as ever may; shed at once.</summary>
    Full,

    /// <summary>It has waited far longer than was to be expected; shed after all.</summary>
    Overdue,

    /// <summary>Its caller has left.</summary>
    Gone,
}
