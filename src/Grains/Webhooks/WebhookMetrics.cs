using System.Diagnostics.Metrics;
using Granary.Domain.Webhooks;

namespace Granary.Grains.Webhooks;

/// <summary>
/// The metrics of the webhooks: <c>webhook_attempts_total{result}</c> with <c>taken</c>, <c>gone</c> or <c>failed</c>,
/// <c>webhook_attempt_duration_seconds</c> and <c>webhook_dead_letters_total</c>.
/// </summary>
public sealed class WebhookMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Webhooks";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _deadLetters;

    public WebhookMetrics()
    {
        _attempts = _meter.CreateCounter<long>("webhook_attempts_total", "{attempt}", "Attempts to send a message.");
        _duration = _meter.CreateHistogram<double>("webhook_attempt_duration_seconds", "s", "Duration of an attempt.");
        _deadLetters = _meter.CreateCounter<long>("webhook_dead_letters_total", "{message}", "Messages given up after three days.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Attempted(DeliveryAnswer answer, TimeSpan duration)
    {
        var result = answer switch
        {
            DeliveryAnswer.Taken => "taken",
            DeliveryAnswer.Gone => "gone",
            _ => "failed",
        };
        _attempts.Add(1, new KeyValuePair<string, object?>("result", result));
        _duration.Record(duration.TotalSeconds);
    }

    internal void GivenUp() => _deadLetters.Add(1);
}
