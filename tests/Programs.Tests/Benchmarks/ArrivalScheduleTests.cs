using CsCheck;
using Granary.Grains.Interfaces;
using Granary.Load.Dispatch;
using Granary.Load;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class ArrivalScheduleTests
{
    [Fact]
    public void A_constant_rate_spaces_arrivals_evenly()
    {
        var arrivals = ArrivalSchedule.Of(new OpenProfile(4) { Duration = TimeSpan.FromSeconds(1) });
        Assert.Equal([0, 250, 500, 750], arrivals.Select(at => at.TotalMilliseconds));
    }

    [Fact]
    public void A_ramp_of_any_slope_ascends_within_its_duration_and_brings_the_area_under_the_ramp() =>
        Gen.Select(Gen.Double[0, 500], Gen.Double[0.5, 500], Gen.Double[0.5, 20]).Sample((from, to, seconds) =>
        {
            var profile = new RampProfile(from, to) { Duration = TimeSpan.FromSeconds(seconds) };
            var arrivals = ArrivalSchedule.Of(profile).ToArray();
            Assert.Equal(Math.Ceiling((from + to) / 2 * profile.Duration.TotalSeconds), arrivals.Length);
            Assert.Equal(arrivals.Order(), arrivals);
            Assert.All(arrivals, at => Assert.InRange(at, TimeSpan.Zero, profile.Duration));
        });

    [Fact]
    public void A_ramp_from_nothing_brings_a_quarter_of_its_arrivals_in_the_first_half()
    {
        var arrivals = ArrivalSchedule.Of(new RampProfile(0, 200) { Duration = TimeSpan.FromSeconds(10) }).ToArray();
        Assert.Equal(arrivals.Length / 4, arrivals.Count(at => at < TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Poisson_arrivals_keep_the_rate_and_vary_their_gaps()
    {
        var arrivals = ArrivalSchedule.Of(new OpenProfile(1_000) { Poisson = true, Duration = TimeSpan.FromSeconds(20) }).ToArray();
        // 20,000 are expected, with a standard deviation of 141.
        Assert.InRange(arrivals.Length, 19_300, 20_700);
        var gaps = arrivals.Zip(arrivals.Skip(1), (a, b) => (b - a).TotalMilliseconds).ToArray();
        // Gaps of an exponential distribution exceed their mean in 1/e of all cases.
        Assert.InRange(gaps.Count(gap => gap > 1) / (double)gaps.Length, 0.35, 0.39);
    }

    [Fact]
    public void The_warm_up_of_a_ramp_runs_at_the_rate_the_ramp_begins_with()
    {
        var ramp = new RampProfile(50, 500) { WarmUp = TimeSpan.FromSeconds(7) };
        var warmUp = Assert.IsType<OpenProfile>(ArrivalSchedule.WarmUpOf(ramp));
        Assert.Equal(50, warmUp.ArrivalsPerSecond);
        Assert.Equal(ramp.WarmUp, warmUp.Duration);
    }
}
