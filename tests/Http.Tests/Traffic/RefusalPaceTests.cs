using Granary.Api.Traffic;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Traffic;

public sealed class RefusalPaceTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    private readonly FakeTimeProvider _clock = new();
    private readonly RefusalPace _pace;

    public RefusalPaceTests() => _pace = new RefusalPace(_clock, Longest);

    [Fact]
    public void Three_times_the_capacity_is_refused_at_once()
    {
        foreach (var _ in Enumerable.Range(0, 50_000))
        {
            _clock.Advance(TimeSpan.FromSeconds(1.0 / 8_000));
            Assert.Equal(TimeSpan.Zero, _pace.Next(completedPerSecond: 4_000));
        }
    }

    [Fact]
    public void Callers_that_repeat_endlessly_are_refused_twice_as_often_as_requests_complete()
    {
        // 3,000 callers, each of which repeats as soon as it is refused.
        var (refused, callers) = (0, new PriorityQueue<int, TimeSpan>(Enumerable.Range(0, 3_000).Select(caller => (caller, TimeSpan.Zero))));
        var now = TimeSpan.Zero;
        while (callers.TryPeek(out var caller, out var at) && at < TimeSpan.FromSeconds(10))
        {
            _clock.Advance(at - now);
            now = at;
            callers.DequeueEnqueue(caller, now + _pace.Next(completedPerSecond: 1_000) + TimeSpan.FromTicks(1));
            refused++;
        }

        Assert.InRange(refused, 20_000, 24_100);
    }

    [Fact]
    public void No_refusal_is_delayed_longer_than_the_longest_wait()
    {
        var holds = Enumerable.Range(0, 100_000).Select(_ => _pace.Next(completedPerSecond: 0)).ToList();

        Assert.Equal(Longest, holds.Max());
        _clock.Advance(Longest + TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, _pace.Next(completedPerSecond: 0));
    }

    [Fact]
    public void Delayed_refusals_follow_one_another_at_the_pace()
    {
        TimeSpan hold;
        while ((hold = _pace.Next(completedPerSecond: 2_000)) == TimeSpan.Zero)
        {
            // Uses up the refusals that may be given at once.
        }

        Assert.Equal(TimeSpan.FromSeconds(1.0 / 4_000), _pace.Next(completedPerSecond: 2_000) - hold);
    }
}
