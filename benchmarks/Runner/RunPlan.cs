using System.Text.Json;
using Granary.Load.Reporting;

namespace Granary.Load;

/// <summary>The content of a plan file: a load profile, thresholds, or both.</summary>
public sealed record PlanFile(LoadProfile? Profile, IReadOnlyList<Threshold>? Thresholds);

/// <summary>Applies the changes of the command line and the plan file to a scenario.</summary>
public static class RunPlan
{
    /// <exception cref="UsageException">The plan or an option is not valid.</exception>
    public static Scenario Of(CommandLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var name = line.Required("scenario");
        var scenario = ScenarioCatalogue.Find(name) ?? throw new UsageException($"there is no scenario '{name}'; see: list");
        if (line.Text("plan") is { } path)
        {
            var plan = Read(path);
            scenario = scenario with
            {
                Profile = plan.Profile ?? scenario.Profile,
                Thresholds = plan.Thresholds ?? scenario.Thresholds,
            };
        }

        var profile = Profile(line, scenario.Profile);
        if (profile.Problem() is { } problem)
        {
            throw new UsageException($"load profile: {problem}");
        }

        return scenario with
        {
            Profile = profile,
            Plan = scenario.Plan with
            {
                Users = (int)(line.Number("users") ?? scenario.Plan.Users),
                Products = (int)(line.Number("products") ?? scenario.Plan.Products),
            },
        };
    }

    private static LoadProfile Profile(CommandLine line, LoadProfile profile)
    {
        var (warmUp, duration) = (profile.WarmUp, profile.Duration);
        if (line.Number("clients") is { } clients)
        {
            profile = profile is ClosedProfile closed ? closed with { Clients = (int)clients } : new ClosedProfile((int)clients);
        }
        else if (line.Number("rate") is { } rate)
        {
            profile = line.Number("ramp-to") is { } to ? new RampProfile(rate, to) : new OpenProfile(rate);
        }

        return profile with
        {
            WarmUp = line.Number("warm-up") is { } seconds ? TimeSpan.FromSeconds(seconds) : warmUp,
            Duration = line.Number("duration") is { } length ? TimeSpan.FromSeconds(length) : duration,
        };
    }

    private static PlanFile Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<PlanFile>(File.ReadAllText(path), LoadJson.Options) ?? new(null, null);
        }
        catch (Exception fault) when (fault is JsonException or IOException or NotSupportedException)
        {
            throw new UsageException($"--plan {path}: {fault.Message}");
        }
    }
}
