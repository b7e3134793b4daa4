using System.Collections.Concurrent;

namespace Granary.Load.Measurement;

/// <summary>The steps of a run.</summary>
public sealed class RunRecorder
{
    private readonly ConcurrentDictionary<string, StepRecorder> _steps = new(StringComparer.Ordinal);

    public StepRecorder Step(string name) => _steps.GetOrAdd(name, static _ => new());

    /// <summary>Calls by step, including the warm-up.</summary>
    public ScenarioTally Tally() => new(_steps.ToDictionary(step => step.Key, step => step.Value.Tally));

    /// <summary>Closes the current interval of every step.</summary>
    public void Sample(TimeSpan sinceStart, TimeSpan length)
    {
        foreach (var step in _steps.Values)
        {
            step.Sample(sinceStart.TotalSeconds, length.TotalSeconds);
        }
    }

    /// <summary>The figures by step, the whole visit first.</summary>
    public IReadOnlyList<StepReport> Report(TimeSpan duration) =>
    [
        .. _steps.OrderBy(step => step.Key == Threshold.WholeVisit ? "" : step.Key, StringComparer.Ordinal)
            .Select(step => step.Value.Report(step.Key, duration)),
    ];
}
