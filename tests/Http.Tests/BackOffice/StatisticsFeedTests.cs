using System.Reflection;
using System.Text;
using Granary.Api.BackOffice;
using Granary.Grains.Interfaces.BackOffice;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.BackOffice;

public sealed class StatisticsFeedTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Grains _grains;
    private readonly StatisticsFeed _feed;

    public StatisticsFeedTests()
    {
        var factory = DispatchProxy.Create<IGrainFactory, Grains>();
        _grains = (Grains)(object)factory;
        _feed = new StatisticsFeed(factory, new StatisticsOptions(TimeSpan.FromMinutes(1)), _clock);
    }

    [Fact]
    public async Task A_follower_hears_something_while_figures_take_long()
    {
        await using var events = _feed.FollowAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var first = events.MoveNextAsync().AsTask();
        Assert.False(first.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.True(await first);
        Assert.Equal(": still here\n\n", Encoding.UTF8.GetString(events.Current.Span));
        _grains.Figures.SetException(new TimeoutException());
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(": the figures cannot be read\n\n", Encoding.UTF8.GetString(events.Current.Span));
    }

    [Fact]
    public async Task Figures_that_fail_unexpectedly_are_asked_for_again_when_somebody_follows_them_again()
    {
        _grains.Figures.SetException(new InvalidOperationException("An answer of another release."));
        await using (var events = _feed.FollowAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await events.MoveNextAsync());
        }

        _grains.Figures = new TaskCompletionSource<Statistics>();
        _grains.Figures.SetException(new TimeoutException());
        await using var again = _feed.FollowAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        Assert.True(await again.MoveNextAsync());
        Assert.Equal(2, _grains.Asked);
    }

    /// <summary>Grains of which the one of the figures is asked.</summary>
    public class Grains : DispatchProxy
    {
        public TaskCompletionSource<Statistics> Figures { get; set; } = new();

        public int Asked { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var grain = Create<IStatisticsGrain, Grain>();
            ((Grain)(object)grain).Read = () =>
            {
                Asked++;
                return Figures.Task;
            };
            return grain;
        }
    }

    /// <summary>The grain of the figures.</summary>
    public class Grain : DispatchProxy
    {
        public Func<Task<Statistics>> Read { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Read();
    }
}
