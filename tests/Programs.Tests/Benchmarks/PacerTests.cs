using Granary.Load.Dispatch;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class PacerTests
{
    private static readonly TimeSpan[] EverySecond = [.. Enumerable.Range(0, 4).Select(second => TimeSpan.FromSeconds(second))];

    [Fact]
    public void Arrivals_are_released_at_their_intended_starts()
    {
        var clock = new VirtualClock();
        var released = new List<(TimeSpan Intended, TimeSpan At)>();
        Pacer.Run(
            EverySecond, TimeSpan.FromSeconds(10), clock, arrival => released.Add((arrival.Intended, clock.Now)),
            TestContext.Current.CancellationToken);
        Assert.Equal([10, 11, 12, 13], released.Select(release => release.Intended.TotalSeconds));
        Assert.All(released, release => Assert.Equal(release.Intended, release.At));
    }

    [Fact]
    public void Arrivals_that_are_released_late_keep_their_intended_starts()
    {
        var clock = new VirtualClock();
        var released = new List<(TimeSpan Intended, TimeSpan At)>();
        Pacer.Run(
            EverySecond, TimeSpan.Zero, clock,
            arrival =>
            {
                released.Add((arrival.Intended, clock.Now));
                clock.Advance(TimeSpan.FromSeconds(arrival.Number == 0 ? 2.5 : 0));
            },
            TestContext.Current.CancellationToken);
        Assert.Equal([0, 1, 2, 3], released.Select(release => release.Intended.TotalSeconds));
        Assert.Equal([0, 2.5, 2.5, 3], released.Select(release => release.At.TotalSeconds));
    }
}
