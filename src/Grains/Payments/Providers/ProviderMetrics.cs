using System.Diagnostics.Metrics;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;

namespace Granary.Grains.Payments.Providers;

/// <summary>
/// The metrics of calls to the payment provider: <c>payment_provider_duration_seconds{operation,result}</c>,
/// <c>payment_breaker_state{operation}</c> (0 closed, 1 probing, 2 open; of this silo), and of what came of them:
/// <c>payment_outcome_total{outcome}</c> and <c>refund_total{result}</c>.
/// </summary>
public sealed class ProviderMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Payments";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        // The breaker counts calls above 0.8 s as failed, and no call takes longer than 8 s.
        HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 4, 8],
    };

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _refunds;

    public ProviderMetrics()
    {
        _duration = _meter.CreateHistogram("payment_provider_duration_seconds", "s", "Time of a call to the payment provider.", advice: Durations);
        _outcomes = _meter.CreateCounter<long>("payment_outcome_total", "{outcome}", "Outcomes of operations of payments, once durable.");
        _refunds = _meter.CreateCounter<long>("refund_total", "{refund}", "Refunds that the provider has concluded, by result.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>Counts what has become durable of a payment.</summary>
    public void Recorded(IEnumerable<PaymentEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        foreach (var happened in events)
        {
            switch (happened)
            {
                case RefundSucceeded:
                    _refunds.Add(1, new KeyValuePair<string, object?>("result", "succeeded"));
                    break;
                case RefundFailed:
                    _refunds.Add(1, new KeyValuePair<string, object?>("result", "failed"));
                    break;
                case { } other when OutcomeOf(other) is { } outcome:
                    _outcomes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
                    break;
            }
        }
    }

    /// <summary>Shows the breakers of this silo.</summary>
    internal void Show(Func<IEnumerable<(CallKind Kind, BreakerState State)>> breakers) => _meter.CreateObservableGauge(
        "payment_breaker_state",
        () => breakers().Select(breaker => new Measurement<int>(
            (int)breaker.State, new KeyValuePair<string, object?>("operation", Words.Of(breaker.Kind)))),
        description: "Whether calls to the provider are made: 0 closed, 1 probing, 2 open.");

    internal void Called(CallKind kind, string result, TimeSpan duration) => _duration.Record(
        duration.TotalSeconds,
        new KeyValuePair<string, object?>("operation", Words.Of(kind)),
        new KeyValuePair<string, object?>("result", result));

    private static string? OutcomeOf(PaymentEvent happened) => happened switch
    {
        PaymentAuthorized => "authorized",
        PaymentDeclined => "declined",
        PaymentRequiresAction => "requires_action",
        PaymentProcessing => "processing",
        PaymentCaptured => "captured",
        CaptureRejected => "capture_rejected",
        PaymentVoided => "voided",
        VoidRejected => "void_rejected",
        AuthorizationEnded => "authorization_expired",
        PaymentCompensated => "compensated",
        _ => null,
    };
}
