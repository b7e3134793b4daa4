using System.Globalization;
using System.Text.Json.Serialization;

namespace Granary.Load;

/// <summary>The metric of a threshold. Latencies are response times in milliseconds, from the intended start.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Metric>))]
public enum Metric
{
    P50Ms,
    P99Ms,
    P999Ms,
    MaxMs,

    /// <summary>Share of calls that failed, in percent; refusals that the flow expects are not failures.</summary>
    FailedPercent,

    /// <summary>Calls that succeeded or were refused, per second.</summary>
    PerSecond,
}

/// <summary>A pass or fail criterion for one step of a scenario. Thresholds are data, like the profiles.</summary>
/// <param name="Step">Name of the step, or <see cref="WholeVisit"/>.</param>
/// <param name="Metric">The figure.</param>
public sealed record Threshold(string Step, Metric Metric)
{
    /// <summary>The step that stands for a visit from its intended start to its end.</summary>
    public const string WholeVisit = "visit";

    /// <summary>Highest value that passes, or null.</summary>
    public double? AtMost { get; init; }

    /// <summary>Lowest value that passes, or null.</summary>
    public double? AtLeast { get; init; }

    public static Threshold Below(string step, Metric metric, double limit) => new(step, metric) { AtMost = limit };

    /// <summary>Whether a value passes. A value that could not be measured (NaN) never does.</summary>
    public bool Passes(double value) => !double.IsNaN(value) && !(value > AtMost) && !(value < AtLeast);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Step} {Metric}{(AtMost is { } most ? $" <= {most}" : "")}{(AtLeast is { } least ? $" >= {least}" : "")}");
}
