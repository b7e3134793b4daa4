namespace Granary.Grains.Interfaces.BackOffice;

/// <summary>How the cluster makes the figures of the desk.</summary>
/// <param name="Interval">How often it computes them while a caller asks for them or follows them, and the greatest age of those that a caller gets.</param>
public sealed record StatisticsOptions(TimeSpan Interval);
