using CsCheck;
using Granary.Api.Traffic;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Traffic;

public sealed class CompletionRateTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CompletionRate _rate;

    public CompletionRateTests() => _rate = new CompletionRate(_clock);

    [Fact]
    public void Nothing_is_known_before_a_second_has_been_measured()
    {
        Work(perSecond: 100, CompletionRate.Enough - TimeSpan.FromMilliseconds(20));
        Assert.Null(_rate.TimeFor(1));

        Work(perSecond: 100, CompletionRate.Enough);
        Assert.Equal(1, _rate.TimeFor(100)!.Value.TotalSeconds, 0.05);
    }

    [Fact]
    public void A_steady_rate_is_found_whatever_the_size_of_its_bursts() =>
        Gen.Select(Gen.Int[1, 10_000], Gen.Int[1, 100]).Sample((perSecond, millisecondsPerBurst) =>
        {
            var clock = new FakeTimeProvider();
            var rate = new CompletionRate(clock);
            rate.Resume();
            var (done, due) = (0, 0.0);
            for (var time = 0; time < 5_000; time += millisecondsPerBurst)
            {
                clock.Advance(TimeSpan.FromMilliseconds(millisecondsPerBurst));
                for (due += perSecond * millisecondsPerBurst / 1_000.0; done < due; done++)
                {
                    rate.Completed();
                }

                rate.Advance();
            }

            // A window may end in the middle of a burst, and a slow rate has few completions to count.
            var error = 0.15 + (2.0 / perSecond);
            Assert.InRange(rate.TimeFor(perSecond)!.Value.TotalSeconds, 1 / (1 + error), 1 / Math.Max(0.01, 1 - error));
        }, iter: 200);

    [Fact]
    public void Time_without_waiting_requests_does_not_count()
    {
        foreach (var _ in Enumerable.Range(0, 40))
        {
            Work(perSecond: 1_000, TimeSpan.FromMilliseconds(50));
            _rate.Pause();
            _clock.Advance(TimeSpan.FromMinutes(1));
            _rate.Completed();
            _rate.Resume();
        }

        Assert.Equal(1, _rate.TimeFor(1_000)!.Value.TotalSeconds, 0.01);
    }

    [Fact]
    public void A_pause_of_half_a_second_hardly_changes_the_rate()
    {
        Work(perSecond: 1_000, TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        _rate.Advance();

        Assert.InRange(_rate.TimeFor(1_000)!.Value.TotalSeconds, 1, 1.5);
    }

    [Fact]
    public void A_standstill_makes_every_wait_long_and_its_end_is_noticed_within_seconds()
    {
        Work(perSecond: 1_000, TimeSpan.FromSeconds(10));
        for (var i = 0; i < 80; i++)
        {
            _clock.Advance(CompletionRate.Window);
            _rate.Advance();
        }

        Assert.True(_rate.TimeFor(1) > TimeSpan.FromSeconds(10), $"{_rate.TimeFor(1)}");

        Work(perSecond: 1_000, TimeSpan.FromSeconds(4));
        Assert.InRange(_rate.TimeFor(1_000)!.Value.TotalSeconds, 0.9, 1.3);
    }

    [Fact]
    public void If_nothing_completes_a_wait_has_no_end()
    {
        _rate.Resume();
        _clock.Advance(CompletionRate.Enough * 2);
        _rate.Advance();

        Assert.Equal(TimeSpan.FromDays(1), _rate.TimeFor(1));
        Assert.Equal(TimeSpan.FromDays(1), _rate.TimeFor(int.MaxValue));
    }

    private void Work(int perSecond, TimeSpan time)
    {
        _rate.Resume();
        var each = TimeSpan.FromSeconds(1.0 / perSecond);
        for (var passed = TimeSpan.Zero; passed < time; passed += each)
        {
            _clock.Advance(each);
            _rate.Completed();
        }
    }
}
