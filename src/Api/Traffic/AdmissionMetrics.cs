using System.Diagnostics.Metrics;

namespace Granary.Api.Traffic;

/// <summary>
/// The metrics of admission: <c>http_requests_executing</c>, <c>http_requests_queued</c>, <c>http_expected_wait_seconds</c> and
/// <c>http_requests_shed_total{reason}</c>, where the reason is <c>wait</c> (the request would have waited too long), <c>full</c>
/// (the queue was full) or <c>overdue</c> (the request had waited far longer than expected).
/// </summary>
public sealed class AdmissionMetrics : IDisposable
{
    private readonly Meter _meter = new("Granary.Admission");
    private readonly Counter<long> _shed;

    public AdmissionMetrics(Admission admission)
    {
        ArgumentNullException.ThrowIfNull(admission);
        _meter.CreateObservableGauge("http_requests_executing", () => admission.Executing, "{request}", "Requests that are executing.");
        _meter.CreateObservableGauge("http_requests_queued", () => admission.Waiting, "{request}", "Requests that wait for their turn.");
        _meter.CreateObservableGauge(
            "http_expected_wait_seconds", () => admission.ExpectedWait.TotalSeconds, "s", "How long a request that arrives now would wait.");
        _shed = _meter.CreateCounter<long>("http_requests_shed_total", "{request}", "Requests that were shed before they began, by reason.");
    }

    /// <summary>Counts a request that was shed.</summary>
    public void Shed(Admittance reason) => _shed.Add(1, new KeyValuePair<string, object?>("reason", reason switch
    {
        Admittance.TooLong => "wait",
        Admittance.Full => "full",
        Admittance.Overdue => "overdue",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason to shed a request."),
    }));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
