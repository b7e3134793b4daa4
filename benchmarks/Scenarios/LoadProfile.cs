using System.Text.Json.Serialization;

namespace Granary.Load;

/// <summary>How the load arrives. Profiles are data: they are written as JSON and chosen on the command line.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ClosedProfile), "closed")]
[JsonDerivedType(typeof(OpenProfile), "open")]
[JsonDerivedType(typeof(RampProfile), "ramp")]
public abstract record LoadProfile
{
    /// <summary>Length of the load before the measurement starts; not part of the figures.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.Zero;

    /// <summary>Length of the measurement.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Returns what is wrong with the profile, or null.</summary>
    public virtual string? Problem() =>
        Duration <= TimeSpan.Zero ? "duration must be positive" : WarmUp < TimeSpan.Zero ? "warm_up must not be negative" : null;
}

/// <summary>
/// A fixed number of clients, each of which starts its next visit when its previous one has ended. Finds the highest throughput;
/// its latencies leave out the requests that would have been sent while the clients were waiting.
/// </summary>
/// <param name="Clients">Number of concurrent clients.</param>
public sealed record ClosedProfile(int Clients) : LoadProfile
{
    /// <summary>Number of visits of each client; null for as many as fit into the duration.</summary>
    public int? VisitsPerClient { get; init; }

    public override string? Problem() =>
        Clients < 1 ? "clients must be at least 1" : VisitsPerClient < 1 ? "visits_per_client must be at least 1" : base.Problem();
}

/// <summary>Visits arrive at a constant rate, whether or not earlier ones have been served.</summary>
/// <param name="ArrivalsPerSecond">Visits that start each second.</param>
public sealed record OpenProfile(double ArrivalsPerSecond) : LoadProfile
{
    /// <summary>Gaps between arrivals are exponential (a Poisson process) instead of equal.</summary>
    public bool Poisson { get; init; }

    public override string? Problem() => ArrivalsPerSecond > 0 ? base.Problem() : "arrivals_per_second must be positive";
}

/// <summary>The rate of arrivals changes linearly over the duration.</summary>
/// <param name="From">Arrivals per second at the start.</param>
/// <param name="To">Arrivals per second at the end.</param>
public sealed record RampProfile(double From, double To) : LoadProfile
{
    public override string? Problem() => From >= 0 && To >= 0 && From + To > 0 ? base.Problem() : "from and to must not be negative, nor both 0";
}
