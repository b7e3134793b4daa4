using Granary.Api.Traffic;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Traffic;

/// <summary>Which requests are admitted, wait or are shed, on a clock that the test controls.</summary>
public sealed class AdmissionTests
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(4);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_request_is_shed_at_once_only_if_it_would_wait_too_long()
    {
        using var admission = Admission(concurrent: 2);
        var waiting = Fill(admission, 800);
        await ServeAsync(admission, waiting, perSecond: 100, TimeSpan.FromSeconds(5));

        // 100 a second for four seconds: about 400 may wait.
        Task<Admittance> turn;
        while (!(turn = Come(admission)).IsCompleted)
        {
            waiting.Enqueue(turn);
        }

        Assert.Equal(Admittance.TooLong, await turn);
        Assert.InRange(admission.Waiting, 380, 420);
        Assert.InRange(admission.ExpectedWait, MaxWait, MaxWait * 1.01);

        await NextAsync(admission, waiting);
        Assert.False(Come(admission).IsCompleted);
    }

    [Fact]
    public async Task Any_number_of_requests_is_served_if_none_waits_longer_than_allowed()
    {
        using var admission = Admission(concurrent: 50);
        var waiting = Fill(admission, 10_000);
        var served = 0;
        while (served < 100_000)
        {
            // Ten thousand clients, each of which repeats as soon as it is answered; 4,000 are served per second.
            _clock.Advance(TimeSpan.FromSeconds(1.0 / 4_000));
            await NextAsync(admission, waiting);
            waiting.Enqueue(Come(admission));
            served++;
            Assert.Equal(10_000, admission.Waiting);
        }

        Assert.InRange(admission.ExpectedWait.TotalSeconds, 2.4, 2.6);
    }

    [Fact]
    public async Task No_request_is_shed_for_the_time_it_takes_to_read_a_burst()
    {
        using var admission = Admission(concurrent: 50);
        var waiting = Fill(admission, 5_000);
        _clock.Advance(CompletionRate.Window * 2);
        await NextAsync(admission, waiting);

        Assert.All(Fill(admission, 5_000), turn => Assert.False(turn.IsCompleted));
    }

    [Fact]
    public async Task The_queue_is_bounded_before_anything_is_known_of_the_rate()
    {
        using var admission = Admission(concurrent: 1, queued: 3);
        Fill(admission, 3);

        Assert.Equal(Admittance.Full, await Come(admission));
        Assert.Equal(3, admission.Waiting);
    }

    [Fact]
    public async Task As_many_requests_as_execute_may_wait_after_a_standstill_so_that_its_end_is_noticed()
    {
        using var admission = Admission(concurrent: 3, wait: TimeSpan.FromMinutes(10));
        var waiting = Fill(admission, 3);
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(Admittance.TooLong, await Come(admission));
        Assert.Equal(TimeSpan.FromSeconds(30), admission.RetryAfter);

        await NextAsync(admission, waiting);
        waiting.Enqueue(Come(admission));
        Assert.Equal(3, admission.Waiting);
    }

    [Fact]
    public async Task A_request_that_has_waited_twice_the_longest_wait_is_shed_although_nothing_completes()
    {
        using var admission = Admission(concurrent: 1);
        var first = Come(admission);
        Assert.True(first.IsCompleted);
        var second = Come(admission);

        _clock.Advance(MaxWait * 2);
        Assert.Equal(1, admission.Waiting);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Admittance.Overdue, await second);
        Assert.Equal((1, 0), (admission.Executing, admission.Waiting));
    }

    [Fact]
    public async Task A_shed_request_is_told_when_the_waiting_ones_will_have_been_served()
    {
        using var admission = Admission(concurrent: 2);
        Assert.Equal(TimeSpan.FromSeconds(1), admission.RetryAfter);
        var waiting = Fill(admission, 1_000);
        await ServeAsync(admission, waiting, perSecond: 100, TimeSpan.FromSeconds(5));

        // 500 remain.
        Assert.Equal(5, admission.RetryAfter.TotalSeconds, 0.2);
    }

    [Fact]
    public async Task A_caller_that_has_left_before_queueing_takes_no_place()
    {
        using var admission = Admission(concurrent: 1);
        Assert.True(admission.TryEnter());

        Assert.Equal(Admittance.Gone, await admission.WaitAsync(new CancellationToken(canceled: true)));
        Assert.Equal(0, admission.Waiting);
    }

    [Fact]
    public async Task Without_a_limit_all_requests_execute()
    {
        using var admission = Admission(concurrent: 0, queued: 0);

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Come(admission))), one => Assert.Equal(Admittance.Entered, one));
        Assert.Equal(1_000, admission.Executing);
    }

    [Fact]
    public async Task Concurrent_threads_never_exceed_the_limit_and_no_request_is_lost()
    {
        using var admission = new Admission(new AdmissionOptions(4, 100_000, TimeSpan.FromHours(1)), TimeProvider.System);
        var (at, most, served, gone) = (0, 0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 5_000; i++)
            {
                using var caller = new CancellationTokenSource();
                var turn = ComeUntil(admission, caller.Token);
                if (random.Next(4) == 0)
                {
                    await caller.CancelAsync();
                }

                if (await turn != Admittance.Entered)
                {
                    Interlocked.Increment(ref gone);
                    continue;
                }

                var now = Interlocked.Increment(ref at);
                InterlockedMax(ref most, now);
                await Task.Yield();
                Interlocked.Decrement(ref at);
                Interlocked.Increment(ref served);
                admission.Leave();
            }
        })));

        Assert.InRange(most, 1, 4);
        Assert.Equal(80_000, served + gone);
        Assert.Equal((0, 0), (admission.Executing, admission.Waiting));
    }

    private static Task<Admittance> Come(Admission admission) => ComeUntil(admission, CancellationToken.None);

    private static Task<Admittance> ComeUntil(Admission admission, CancellationToken caller) =>
        admission.TryEnter() ? Task.FromResult(Admittance.Entered) : admission.WaitAsync(caller).AsTask();

    private Admission Admission(int concurrent, int queued = 100_000, TimeSpan? wait = null) =>
        new(new AdmissionOptions(concurrent, queued, wait ?? MaxWait), _clock);

    /// <summary>Takes every turn and makes this number of requests wait.</summary>
    private static Queue<Task<Admittance>> Fill(Admission admission, int waiting)
    {
        while (admission.TryEnter())
        {
            // These requests keep their turns.
        }

        return new(Enumerable.Range(0, waiting).Select(_ => Come(admission)));
    }

    /// <summary>Completes one request; the one that has waited longest gets its turn.</summary>
    private static async Task NextAsync(Admission admission, Queue<Task<Admittance>> waiting)
    {
        admission.Leave();
        Assert.Equal(Admittance.Entered, await waiting.Dequeue());
    }

    private async Task ServeAsync(Admission admission, Queue<Task<Admittance>> waiting, int perSecond, TimeSpan time)
    {
        for (var served = 0; served < perSecond * time.TotalSeconds; served++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1.0 / perSecond));
            await NextAsync(admission, waiting);
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
