using CsCheck;
using Granary.Api.Traffic;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Traffic;

/// <summary>Holds for any sequence of callers' actions.</summary>
public sealed class AdmissionProperties
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private static readonly Gen<(Move Move, int Choice)[]> Day =
        Gen.Select(Gen.Frequency((6, Gen.Const(Move.Come)), (4, Gen.Const(Move.Finish)), (1, Gen.Const(Move.GiveUp)), (3, Gen.Const(Move.Pass))), Gen.Int[0, 1_000])
            .Array[1, 200];

    private enum Move
    {
        Come,
        Finish,
        GiveUp,
        Pass,
    }

    [Fact]
    public Task The_bounds_hold_and_every_request_is_served_in_turn_or_refused() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 12], Day).SampleAsync(
            async (concurrent, queued, day) =>
            {
                var visit = new Visit(concurrent, queued);
                foreach (var (move, choice) in day)
                {
                    await visit.MakeAsync(move, choice);
                }

                await visit.EndAsync();
            },
            iter: 500);

    /// <summary>The admission beside its model: which requests execute and which wait, in order.</summary>
    private sealed class Visit(int concurrent, int queued)
    {
        private readonly FakeTimeProvider _clock = new();
        private readonly List<Caller> _waiting = [];
        private Admission? _admission;
        private int _working;

        private Admission Admission => _admission ??= new(new AdmissionOptions(concurrent, queued, MaxWait), _clock);

        public async Task MakeAsync(Move move, int choice)
        {
            switch (move)
            {
                case Move.Come:
                    await ComeAsync();
                    break;
                case Move.Finish when _working > 0:
                    await FinishAsync();
                    break;
                case Move.GiveUp when _waiting.Count > 0:
                    await GiveUpAsync(_waiting[choice % _waiting.Count]);
                    break;
                case Move.Pass:
                    await PassAsync(TimeSpan.FromMilliseconds(choice));
                    break;
            }

            Assert.Equal(_working, Admission.Executing);
            Assert.Equal(_waiting.Count, Admission.Waiting);
            Assert.InRange(_working, 0, concurrent);
            Assert.InRange(_waiting.Count, 0, queued);
            Assert.True(_waiting.Count == 0 || _working == concurrent, "A request waits while a turn is free.");
        }

        public async Task EndAsync()
        {
            while (_working > 0)
            {
                await FinishAsync();
            }

            Assert.Equal((0, 0), (Admission.Executing, Admission.Waiting));
            Admission.Dispose();
        }

        private async Task ComeAsync()
        {
            if (Admission.TryEnter())
            {
                Assert.Empty(_waiting);
                _working++;
                return;
            }

            var before = Admission.Waiting;
            var wait = Admission.ExpectedWait;
            var caller = new Caller(_clock.GetUtcNow());
            caller.Turn = Admission.WaitAsync(caller.Leaving.Token).AsTask();
            if (Admission.Waiting > before)
            {
                Assert.True(before < concurrent || wait <= MaxWait, $"{before} wait, expected {wait}");
                _waiting.Add(caller);
                return;
            }

            Assert.True(caller.Turn.IsCompleted);
            Assert.Equal(before >= queued ? Admittance.Full : Admittance.TooLong, await caller.Turn);
            Assert.True(before >= queued || (before >= concurrent && wait > MaxWait), $"Shed though {before} wait, expected {wait}");
        }

        private async Task FinishAsync()
        {
            Admission.Leave();
            if (_waiting.Count == 0)
            {
                _working--;
                return;
            }

            // The turn goes to the request that came first.
            Assert.Equal(Admittance.Entered, await Dismissed(_waiting[0]));
        }

        private async Task GiveUpAsync(Caller caller)
        {
            await caller.Leaving.CancelAsync();
            Assert.Equal(Admittance.Gone, await Dismissed(caller));
        }

        private async Task PassAsync(TimeSpan time)
        {
            _clock.Advance(time);
            while (_waiting.Count > Admission.Waiting)
            {
                Assert.True(_clock.GetUtcNow() - _waiting[0].Since > MaxWait * 2);
                Assert.Equal(Admittance.Overdue, await Dismissed(_waiting[0]));
            }

            Assert.All(_waiting, caller => Assert.True(_clock.GetUtcNow() - caller.Since <= (MaxWait * 2) + Grace));
        }

        private Task<Admittance> Dismissed(Caller caller)
        {
            _waiting.Remove(caller);
            return caller.Turn.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
    }

    private sealed class Caller(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;

        public CancellationTokenSource Leaving { get; } = new();

        public Task<Admittance> Turn { get; set; } = Task.FromResult(Admittance.Full);
    }
}
