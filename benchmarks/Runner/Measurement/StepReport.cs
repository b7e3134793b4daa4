using HdrHistogram;

namespace Granary.Load.Measurement;

/// <summary>The figures of one step.</summary>
/// <param name="Name">The step.</param>
/// <param name="Calls">Calls by verdict.</param>
/// <param name="PerSecond">Calls that succeeded or were refused, per second.</param>
/// <param name="Response">Times from the intended start: what a client sees.</param>
/// <param name="Service">Times from the actual start: what the server needs.</param>
/// <param name="Statuses">Calls by HTTP status; 0 means no response.</param>
/// <param name="Series">Figures over time.</param>
public sealed record StepReport(
    string Name,
    StepTally Calls,
    double PerSecond,
    LatencyReport Response,
    LatencyReport Service,
    IReadOnlyDictionary<int, long> Statuses,
    IReadOnlyList<IntervalSample> Series)
{
    /// <summary>The figure that a threshold checks; NaN if no call was measured.</summary>
    public double Value(Metric metric) => Calls.Total == 0 ? double.NaN : metric switch
    {
        Metric.P50Ms => Response.P50Ms,
        Metric.P99Ms => Response.P99Ms,
        Metric.P999Ms => Response.P999Ms,
        Metric.MaxMs => Response.MaxMs,
        Metric.FailedPercent => 100.0 * Calls.Failed / Calls.Total,
        Metric.PerSecond => PerSecond,
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };
}

/// <summary>A distribution of times, in milliseconds.</summary>
/// <param name="Curve">Percentile and value, denser towards the tail, for the charts.</param>
public sealed record LatencyReport(
    double MeanMs, double P50Ms, double P90Ms, double P99Ms, double P999Ms, double MaxMs, IReadOnlyList<CurvePoint> Curve)
{
    private const double MicrosecondsPerMs = 1_000;
    private static readonly double[] CurvePercentiles = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 100];

    public static LatencyReport Of(LongHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        return new(
            histogram.TotalCount == 0 ? 0 : histogram.GetMean() / MicrosecondsPerMs, At(histogram, 50), At(histogram, 90),
            At(histogram, 99), At(histogram, 99.9), At(histogram, 100),
            [.. CurvePercentiles.Select(percentile => new CurvePoint(percentile, At(histogram, percentile)))]);
    }

    /// <summary>The value at a percentile in ms; 0 for an empty histogram.</summary>
    public static double At(LongHistogram histogram, double percentile)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        return histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percentile) / MicrosecondsPerMs;
    }
}

/// <summary>One point of a percentile curve.</summary>
public readonly record struct CurvePoint(double Percentile, double Ms);
