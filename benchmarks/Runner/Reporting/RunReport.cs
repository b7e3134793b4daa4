using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Load.Measurement;

namespace Granary.Load.Reporting;

/// <summary>The result of a run.</summary>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="Summary">What it does.</param>
/// <param name="StartedAt">When the measurement began.</param>
/// <param name="DurationSeconds">Length of the measurement.</param>
/// <param name="Profile">The load.</param>
/// <param name="Cores">Processors of this machine, which the server may share.</param>
/// <param name="GeneratorMicrosecondsPerCall">Processor time that this program used per call, µs.</param>
/// <param name="Steps">The figures by step, the whole visit first.</param>
/// <param name="Thresholds">The thresholds with the measured values.</param>
/// <param name="CheckProblem">The problem that the check of the shop found, or null.</param>
public sealed record RunReport(
    string Scenario,
    string Summary,
    DateTimeOffset StartedAt,
    double DurationSeconds,
    LoadProfile Profile,
    int Cores,
    double GeneratorMicrosecondsPerCall,
    IReadOnlyList<StepReport> Steps,
    IReadOnlyList<ThresholdResult> Thresholds,
    string? CheckProblem)
{
    /// <summary>Whether every threshold and the check passed.</summary>
    public bool Passed => CheckProblem is null && Thresholds.All(threshold => threshold.Passed);
}

/// <summary>A threshold with the measured value, which is NaN if the step did not occur; NaN never passes.</summary>
public sealed record ThresholdResult(Threshold Threshold, double Measured, bool Passed)
{
    public static ThresholdResult Of(Threshold threshold, IReadOnlyList<StepReport> steps)
    {
        ArgumentNullException.ThrowIfNull(threshold);
        var measured = steps.FirstOrDefault(step => step.Name == threshold.Step)?.Value(threshold.Metric) ?? double.NaN;
        return new(threshold, measured, threshold.Passes(measured));
    }
}

/// <summary>The JSON of profiles, thresholds and reports.</summary>
public static class LoadJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };
}
