using Granary.Domain.Payments;
using Polly;
using Polly.CircuitBreaker;

namespace Granary.Grains.Payments.Providers;

/// <summary>What a breaker does with the next call. The numbers are the values of <c>payment_breaker_state</c>.</summary>
public enum BreakerState
{
    /// <summary>Calls are made.</summary>
    Closed = 0,

    /// <summary>One call probes the provider; the others are kept back until it is answered.</summary>
    Probing = 1,

    /// <summary>Calls are kept back.</summary>
    Open = 2,
}

/// <summary>
/// Keeps calls of one class back while the provider is slow or fails. Polly judges outcomes and not durations, so each call is timed
/// inside of it, and a slow answer is handed to the caller and counted as a failure.
/// </summary>
internal sealed class ProviderBreaker
{
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(1);

    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline<TimedAnswer> _pipeline;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _probeTime;
    private long _opensAgainAt;

    /// <param name="probeTime">How long a probe may take.</param>
    /// <param name="changed">Called after a change of the state.</param>
    public ProviderBreaker(BreakerOptions options, TimeSpan probeTime, TimeProvider clock, Action<BreakerState> changed)
    {
        (_clock, _probeTime) = (clock, probeTime);
        _pipeline = new ResiliencePipelineBuilder<TimedAnswer> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<TimedAnswer>
            {
                FailureRatio = options.FailureRatio,
                MinimumThroughput = options.LeastCalls,
                SamplingDuration = options.Window,
                BreakDuration = options.OpenFor,
                StateProvider = _state,

                // A cancelled call says nothing of the provider. It counts as failed, since a probe that was cancelled must not close the breaker.
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome is { Exception: not null } or { Result.IsFailure: true }),
                OnOpened = _ => Changed(BreakerState.Open, options.OpenFor),
                OnHalfOpened = _ => Changed(BreakerState.Probing, probeTime),
                OnClosed = _ => Changed(BreakerState.Closed, TimeSpan.Zero),
            })
            .Build();

        ValueTask Changed(BreakerState state, TimeSpan wait)
        {
            Volatile.Write(ref _opensAgainAt, (clock.GetUtcNow() + wait).UtcTicks);
            changed(state);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Whether calls are made.</summary>
    public BreakerState State => _state.CircuitState switch
    {
        CircuitState.Closed => BreakerState.Closed,
        CircuitState.HalfOpen => BreakerState.Probing,
        _ => BreakerState.Open,
    };

    /// <summary>
    /// For how long a call that begins now is kept back, as far as is known; null when it may begin. Once the breaker has been open for its
    /// time, that is told to one caller in the time of a probe: of many who begin at once, all others know that they are kept back.
    /// </summary>
    public TimeSpan? WaitOfNext()
    {
        var (state, now, until) = (State, _clock.GetUtcNow(), Volatile.Read(ref _opensAgainAt));
        var left = new DateTimeOffset(until, TimeSpan.Zero) - now;
        return state switch
        {
            BreakerState.Closed => null,
            BreakerState.Open when left <= TimeSpan.Zero && Interlocked.CompareExchange(ref _opensAgainAt, (now + _probeTime).UtcTicks, until) == until => null,
            _ => left > LeastWait ? left : LeastWait,
        };
    }

    /// <summary>Makes the call, or keeps it back.</summary>
    /// <returns>The answer; null when the call was kept back.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled the call.</exception>
    public async ValueTask<ProviderAnswer?> MakeAsync(Func<CancellationToken, Task<TimedAnswer>> call, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            var outcome = await _pipeline.ExecuteOutcomeAsync(
                static async (context, call) =>
                {
                    try
                    {
                        return Outcome.FromResult(await call(context.CancellationToken));
                    }
                    catch (OperationCanceledException cancelled)
                    {
                        return Outcome.FromException<TimedAnswer>(cancelled);
                    }
                },
                context,
                call);
            if (outcome.Exception is BrokenCircuitException)
            {
                return null;
            }

            outcome.ThrowIfException();
            return outcome.Result.Answer;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}

/// <summary>An answer, and whether it speaks against the provider.</summary>
/// <param name="IsFailure">It took too long, or there is none. What the provider refuses is no failure.</param>
internal readonly record struct TimedAnswer(ProviderAnswer Answer, bool IsFailure);
