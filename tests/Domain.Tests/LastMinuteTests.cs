using Granary.Grains.BackOffice;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Domain.Tests;

public sealed class LastMinuteTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void What_was_counted_is_forgotten_after_a_minute()
    {
        var recent = new LastMinute(_clock);
        recent.Deducted(success: true);
        _clock.Advance(TimeSpan.FromSeconds(30));
        recent.Deducted(success: false);
        recent.Placed(TimeSpan.FromMilliseconds(3));

        Assert.Equal((1, 1, 1), Sums(recent));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((0, 1, 1), Sums(recent));
        recent.Deducted(success: true);
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal((1, 0, 0), Sums(recent));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((0, 0, 0), Sums(recent));
    }

    [Fact]
    public void Percentiles_of_times_are_within_5_percent()
    {
        Assert.Null(PlacingTimes.Percentile(new Dictionary<int, long>(), 0.99));
        foreach (var milliseconds in (double[])[0.2, 1, 7.3, 42, 999, 5_000, 45_000])
        {
            var recent = new LastMinute(_clock);
            for (var i = 0; i < 98; i++)
            {
                recent.Placed(TimeSpan.FromMilliseconds(milliseconds / 1.3));
            }

            recent.Placed(TimeSpan.FromMilliseconds(milliseconds));
            recent.Placed(TimeSpan.FromMinutes(1));

            var p99 = PlacingTimes.Percentile(recent.Read().Placements, 0.99);
            Assert.InRange(p99!.Value / (milliseconds / 1_000), 0.95, 1.05);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3_600)]
    public void A_time_out_of_bounds_has_a_class_too(double seconds) =>
        Assert.InRange(PlacingTimes.ClassOf(TimeSpan.FromSeconds(seconds)), 0, PlacingTimes.Classes - 1);

    private static (long Succeeded, long Failed, long Placed) Sums(LastMinute recent)
    {
        var (placements, deducted, refused) = recent.Read();
        return (deducted, refused, placements.Values.Sum());
    }
}
