namespace Granary.Grains.Interfaces.BackOffice;

/// <summary>How the figures of the desk are made.</summary>
/// <param name="Interval">
/// How often they are computed while somebody asks for them or follows them, and how old those may be that a caller gets.
/// </param>
public sealed record StatisticsOptions(TimeSpan Interval);
