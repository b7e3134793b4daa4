using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Granary.Api.Telemetry;

/// <summary>
/// The metrics of requests: <c>http_request_duration_seconds{handler, method, code, variant}</c>. The labels have few values whatever
/// callers send: the handler is the pattern of the route, never the path.
/// </summary>
public sealed class RequestMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Granary.Http";

    /// <summary>The handler of a request that no route matches.</summary>
    public const string Unmatched = "unmatched";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    // Created once: creating the label text for each request would cost more than counting it.
    private static readonly string[] Codes = [.. Enumerable.Range(0, 600).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;
    private readonly ConcurrentDictionary<RouteEndpoint, string> _handlers = new();

    public RequestMetrics() => _duration = _meter.CreateHistogram(
        "http_request_duration_seconds", "s", "Time from the request's head to the end of the answer.", advice: Durations);

    /// <summary>Counts a request. Without a variant the label is missing, which is the same as an empty one to Prometheus.</summary>
    public void Answered(string handler, string method, int status, TimeSpan duration, string? variant)
    {
        var tags = new TagList
        {
            { "handler", handler },
            { "method", Known(method) },
            { "code", status is > 0 and < 600 ? Codes[status] : "0" },
        };
        if (variant is not null)
        {
            tags.Add("variant", variant);
        }

        _duration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>The name of the endpoint that a request reached: its pattern, such as <c>/orders/{id}</c>.</summary>
    public string HandlerOf(Endpoint? endpoint) => endpoint is RouteEndpoint route
        ? _handlers.GetOrAdd(route, static route => "/" + route.RoutePattern.RawText?.Trim('/'))
        : Unmatched;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    // Callers may invent methods, which must not become labels.
    private static string Known(string method) => HttpMethods.GetCanonicalizedValue(method) is var known
        && (HttpMethods.IsGet(known) || HttpMethods.IsPost(known) || HttpMethods.IsPut(known) || HttpMethods.IsDelete(known)
            || HttpMethods.IsHead(known) || HttpMethods.IsOptions(known) || HttpMethods.IsPatch(known))
        ? known
        : "other";
}
