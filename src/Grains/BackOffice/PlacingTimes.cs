namespace Granary.Grains.BackOffice;

/// <summary>
/// Classes of times, each a tenth longer than the one before, from 0.1 ms to a minute: counts of several silos can be added, and a percentile of
/// the sum is within 5 %. The classes are part of the contract between silos.
/// </summary>
internal static class PlacingTimes
{
    /// <summary>How many classes there are.</summary>
    public const int Classes = 142;

    private const double Shortest = 0.0001;
    private const double Growth = 1.1;

    /// <summary>The class of a time.</summary>
    public static int ClassOf(TimeSpan time) =>
        Math.Clamp((int)Math.Ceiling(Math.Log(time.TotalSeconds / Shortest) / Math.Log(Growth)), 0, Classes - 1);

    /// <summary>The time in seconds below which a share of all is; null without any.</summary>
    /// <param name="counts">By class.</param>
    /// <param name="share">Such as 0.99.</param>
    public static double? Percentile(IReadOnlyDictionary<int, long> counts, double share)
    {
        var rank = (long)Math.Ceiling(counts.Values.Sum() * share);
        foreach (var (time, count) in counts.OrderBy(count => count.Key))
        {
            rank -= count;
            if (rank <= 0)
            {
                // The middle of the class.
                return Shortest * Math.Pow(Growth, time - 0.5);
            }
        }

        return null;
    }
}
