using CsCheck;
using Granary.Domain.Webhooks;

namespace Granary.Silo.Tests.Webhooks;

public sealed class RetryScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 0, 2.5)]
    [InlineData(1, 1, 5)]
    [InlineData(2, 1, 10)]
    [InlineData(5, 0.5, 60)]
    [InlineData(13, 1, 14_400)]
    [InlineData(1_000, 1, 14_400)]
    public void The_wait_doubles_up_to_four_hours_and_half_of_it_is_random(int attempts, double chance, double seconds)
    {
        Assert.Equal(Start.AddSeconds(seconds), RetrySchedule.Next(Start, attempts, Start, chance));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(60, 60)]
    [InlineData(14_400, 14_400)]
    [InlineData(14_401, 14_400)]
    [InlineData(1_000_000, 14_400)]
    public void A_longer_wait_that_the_receiver_asks_for_is_granted_up_to_four_hours(double asked, double granted)
    {
        var own = RetrySchedule.Next(Start, 1, Start, 1);

        var next = RetrySchedule.Next(Start, 1, Start, 1, TimeSpan.FromSeconds(asked));

        Assert.Equal(granted == 0 ? own : Start.AddSeconds(granted), next);
    }

    [Fact]
    public void A_message_is_tried_many_times_and_given_up_after_three_days() =>
        Gen.Double[0, 1].Array[100].Sample(chances =>
        {
            var (now, attempts) = (Start, 1);
            while (RetrySchedule.Next(Start, attempts, now, chances[attempts % 100]) is { } next)
            {
                Assert.InRange(next - now, TimeSpan.FromSeconds(2.5), TimeSpan.FromHours(4));
                (now, attempts) = (next, attempts + 1);
            }

            Assert.InRange(now - Start, TimeSpan.FromDays(3) - TimeSpan.FromHours(4), TimeSpan.FromDays(3));
            Assert.InRange(attempts, 20, 60);
        });
}
