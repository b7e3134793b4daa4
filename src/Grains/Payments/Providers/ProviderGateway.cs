using System.Diagnostics;
using System.Runtime.CompilerServices;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Grains.Payments.Providers;

/// <summary>The classes of calls to a provider, each with a breaker of its own.</summary>
public enum CallKind
{
    Authorize,
    Capture,
    Void,
    Refund,
    Ask,
}

/// <summary>
/// The only way to the provider: timeouts, breakers, metrics and traces around its adapter. It never throws but for cancellation by
/// the caller: what went wrong on the way is <see cref="ProviderAnswer.NoAnswer"/>. Without a configured provider it answers that.
/// </summary>
public sealed partial class ProviderGateway
{
    /// <summary>The name of the source of its spans, for exporters.</summary>
    public const string SourceName = "Granary.Payments";

    /// <summary>The answer where the breaker kept the call back: the provider has not been called.</summary>
    public static readonly ProviderAnswer NotSent = new ProviderAnswer.NoAnswer("breaker_open");

    private static readonly ActivitySource Source = new(SourceName);

    private readonly IPaymentProvider? _provider;
    private readonly ICurrent<PaymentOptions> _options;
    private readonly ProviderMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<ProviderGateway> _logger;

    /// <summary>A breaker keeps its figures for good: when they change, closed ones with the new figures take over.</summary>
    private readonly Derived<PaymentOptions, (BreakerOptions Figures, TimeSpan ProbeTime), ProviderBreaker[]> _breakers;

    public ProviderGateway(
        ICurrent<PaymentOptions> options, ProviderMetrics metrics, TimeProvider clock, ILogger<ProviderGateway> logger, IPaymentProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(metrics);
        (_options, _metrics, _clock, _logger, _provider) = (options, metrics, clock, logger, provider);
        _breakers = new(options, now => (now.Breaker, now.CallTimeout), BreakersOf);
        metrics.Show(() => Enum.GetValues<CallKind>().Select(kind => (kind, BreakerOf(kind).State)));
    }

    /// <summary>Whether there is a provider: not with <c>Granary:Payments:Provider</c> <c>None</c>.</summary>
    public bool IsConfigured => _provider is not null;

    /// <summary>The provider's name; <c>none</c> without one.</summary>
    public string Name => _provider?.Name ?? "none";

    /// <summary>Whether the provider keeps a list of operations that can be held against the journal.</summary>
    public bool KeepsList => _provider?.KeepsList == true;

    /// <summary>
    /// How long an authorization that begins now is refused without a call, because the breaker is open or its probe is not answered yet;
    /// null when it may begin. Of many who ask when the provider may be probed, one may. An authorization that is called nevertheless is
    /// not sent.
    /// </summary>
    public TimeSpan? WaitOfNextAuthorization() => BreakerOf(CallKind.Authorize).WaitOfNext();

    /// <summary>The classes of calls that are kept back now, wholly or but for a probe.</summary>
    public IReadOnlyList<CallKind> KeptBack =>
        [.. Enum.GetValues<CallKind>().Where(kind => BreakerOf(kind).State != BreakerState.Closed)];

    /// <summary>By class of calls, the word for the state of its breaker; empty without a provider.</summary>
    public IReadOnlyDictionary<string, string> Breakers => IsConfigured
        ? Enum.GetValues<CallKind>().ToDictionary(kind => Words.Of(kind), kind => Words.Of(BreakerOf(kind).State))
        : [];

    /// <summary>Carries out an operation.</summary>
    public Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        return MakeAsync(KindOf(call.Operation.Kind), call, static (provider, call, cancellation) => provider.CallAsync(call, cancellation), cancellationToken);
    }

    /// <summary>What became of an operation.</summary>
    public Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        return MakeAsync(CallKind.Ask, call, static (provider, call, cancellation) => provider.AskAsync(call, cancellation), cancellationToken);
    }

    /// <summary>Reads a signed event.</summary>
    /// <param name="headers">By lower-case name.</param>
    public EventReading Read(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body) =>
        _provider is null ? new EventReading.BadSignature() : _provider.Read(headers, body, _clock.GetUtcNow());

    /// <summary>The provider's own list. It is read without the breakers: it is long, and nobody waits for it.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <exception cref="ProviderSilentException">The provider does not answer, or answers what cannot be read.</exception>
    public async IAsyncEnumerable<ProviderOperation> ListAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_provider is null)
        {
            yield break;
        }

        await using var list = _provider.ListAsync(from, to, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await list.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                throw new ProviderSilentException($"The provider {Name} does not give its list: {fault.Message}", fault);
            }

            yield return list.Current;
        }
    }

    private static CallKind KindOf(OperationKind kind) => kind switch
    {
        OperationKind.Authorize => CallKind.Authorize,
        OperationKind.Capture => CallKind.Capture,
        OperationKind.Void => CallKind.Void,
        OperationKind.Refund => CallKind.Refund,
    };

    /// <summary>What an answer is called in metrics and traces.</summary>
    private static string ResultOf(ProviderAnswer answer) => answer switch
    {
        ProviderAnswer.NoAnswer { IsUndecided: false } => "no_answer",
        ProviderAnswer.Declined or ProviderAnswer.Rejected => "refused",
        _ => "answered",
    };

    private async Task<ProviderAnswer> MakeAsync(
        CallKind kind,
        ProviderCall call,
        Func<IPaymentProvider, ProviderCall, CancellationToken, Task<ProviderAnswer>> make,
        CancellationToken cancellationToken) =>
        _provider is null ? new ProviderAnswer.NoAnswer("not_configured")
        : await BreakerOf(kind).MakeAsync(cancellation => TryAsync(_provider, kind, call, make, cancellation), cancellationToken)
            ?? NotSent;

    private async Task<TimedAnswer> TryAsync(
        IPaymentProvider provider,
        CallKind kind,
        ProviderCall call,
        Func<IPaymentProvider, ProviderCall, CancellationToken, Task<ProviderAnswer>> make,
        CancellationToken cancellationToken)
    {
        using var span = Source.StartActivity($"payment {Words.Of(kind)}", ActivityKind.Client);
        span?.SetTag("payment.provider", provider.Name)
            .SetTag("payment.id", call.Payment)
            .SetTag("order.id", call.Order)
            .SetTag("payment.operation", call.Key);
        var started = _clock.GetTimestamp();
        var options = _options.Value;
        using var timeout = new CancellationTokenSource(options.CallTimeout, _clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        ProviderAnswer answer;
        try
        {
            // Not every adapter stops at once when it is cancelled; the caller does.
            answer = await make(provider, call, end.Token).WaitAsync(end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            answer = new ProviderAnswer.NoAnswer("timeout");
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // A fault of the adapter says nothing of the operation. Its message may repeat what was sent.
            Faulted(call.Key, fault.GetType().Name, call.Token is { Length: > 0 } token ? fault.Message.Replace(token, "…", StringComparison.Ordinal) : fault.Message);
            answer = new ProviderAnswer.NoAnswer("fault");
        }

        var duration = _clock.GetElapsedTime(started);
        var result = ResultOf(answer);
        _metrics.Called(kind, result, duration);
        span?.SetTag("payment.result", result);
        var silent = answer is ProviderAnswer.NoAnswer { IsUndecided: false } said ? said : null;
        if (silent is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error, silent.Reason);
            NotAnswered(Words.Of(kind), call.Key, silent.Reason, (long)duration.TotalMilliseconds);
        }

        return new TimedAnswer(answer, silent is not null || duration > options.Breaker.Slow);
    }

    private ProviderBreaker BreakerOf(CallKind kind) => _breakers.Current[(int)kind];

    private ProviderBreaker[] BreakersOf(PaymentOptions options) =>
        [.. Enum.GetValues<CallKind>().Select(kind => new ProviderBreaker(options.Breaker, options.CallTimeout, _clock, state => Changed(kind, state)))];

    private void Changed(CallKind kind, BreakerState state)
    {
        var operation = Words.Of(kind);
        switch (state)
        {
            case BreakerState.Open:
                Opened(operation, (long)_options.Value.Breaker.OpenFor.TotalSeconds);
                break;
            case BreakerState.Closed:
                Closed(operation);
                break;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The payment provider has not said what became of {Operation} {Key} ({Reason} after {Milliseconds} ms); it is asked later.")]
    private partial void NotAnswered(string operation, string key, string reason, long milliseconds);

    [LoggerMessage(LogLevel.Error, "The call {Key} to the payment provider failed in its adapter: {Fault}: {Problem}")]
    private partial void Faulted(string key, string fault, string problem);

    [LoggerMessage(LogLevel.Warning, "The payment provider is slow or fails: {Operation} is not sent for {Seconds} s.")]
    private partial void Opened(string operation, long seconds);

    [LoggerMessage(LogLevel.Information, "The payment provider answers again: {Operation} is sent.")]
    private partial void Closed(string operation);
}

/// <summary>The provider does not give its list of operations.</summary>
public sealed class ProviderSilentException(string message, Exception inner) : Exception(message, inner);
