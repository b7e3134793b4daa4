namespace Granary.Load.Dispatch;

/// <summary>The intended starts of visits, fixed before the run: the server's speed does not influence them.</summary>
public static class ArrivalSchedule
{
    /// <summary>The intended starts, as offsets from the start of the run, ascending and below the duration.</summary>
    /// <param name="profile">An open profile or a ramp.</param>
    /// <param name="seed">Seed of the gaps of a Poisson process.</param>
    public static IEnumerable<TimeSpan> Of(LoadProfile profile, int seed = 1) => profile switch
    {
        OpenProfile { Poisson: true } open => Poisson(open, new Random(seed)),
        OpenProfile open => Constant(open),
        RampProfile ramp => Ramp(ramp),
        _ => throw new ArgumentException($"{profile?.GetType().Name} has no schedule of arrivals.", nameof(profile)),
    };

    /// <summary>The load of the warm-up: the profile's initial rate, or its final rate if it begins at zero.</summary>
    public static LoadProfile WarmUpOf(LoadProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return profile switch
        {
            RampProfile ramp => new OpenProfile(ramp.From > 0 ? ramp.From : ramp.To) { Duration = profile.WarmUp },
            _ => profile with { Duration = profile.WarmUp },
        };
    }

    private static IEnumerable<TimeSpan> Constant(OpenProfile open)
    {
        for (long i = 0; ; i++)
        {
            var at = TimeSpan.FromSeconds(i / open.ArrivalsPerSecond);
            if (at >= open.Duration)
            {
                yield break;
            }

            yield return at;
        }
    }

    private static IEnumerable<TimeSpan> Poisson(OpenProfile open, Random random)
    {
        var seconds = 0.0;
        while (true)
        {
            // Inverse transform; 1 - u is never 0.
            seconds += -Math.Log(1 - random.NextDouble()) / open.ArrivalsPerSecond;
            if (seconds >= open.Duration.TotalSeconds)
            {
                yield break;
            }

            yield return TimeSpan.FromSeconds(seconds);
        }
    }

    /// <summary>
    /// By time t, from·t + (to − from)·t²/2d visits have arrived; arrival i is at the t where this equals i. The equation is
    /// solved in the form that stays exact if the ramp is flat.
    /// </summary>
    private static IEnumerable<TimeSpan> Ramp(RampProfile ramp)
    {
        var duration = ramp.Duration.TotalSeconds;
        var slope = (ramp.To - ramp.From) / duration;
        var total = (ramp.From + ramp.To) / 2 * duration;
        for (long i = 0; i < total; i++)
        {
            var root = Math.Sqrt(Math.Max(0, (ramp.From * ramp.From) + (2 * slope * i)));
            var seconds = i == 0 ? 0 : 2 * i / (ramp.From + root);
            yield return TimeSpan.FromSeconds(Math.Min(seconds, duration));
        }
    }
}
