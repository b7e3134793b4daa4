using Granary.Grains.Interfaces.Settings;
using OpenTelemetry.Trace;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Decides at the request whether it is traced; everything it causes, on any silo and at any later time, follows that decision.
/// Work without a request, such as a timer, is not traced: it belongs to no order.
/// </summary>
/// <param name="options">The share of requests.</param>
internal sealed class RequestSampler(ICurrent<SamplingOptions> options) : Sampler
{
    /// <summary>The name of the activity that ASP.NET Core starts for a request.</summary>
    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private Requests _requests = new(options.Value.Ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceId != default)
        {
            return new SamplingResult(parent.TraceFlags.HasFlag(System.Diagnostics.ActivityTraceFlags.Recorded));
        }

        return samplingParameters.Name == Request ? Current().ShouldSample(samplingParameters) : new SamplingResult(isSampled: false);
    }

    private TraceIdRatioBasedSampler Current()
    {
        var (ratio, requests) = (options.Value.Ratio, Volatile.Read(ref _requests));
        if (requests.Ratio != ratio)
        {
            Volatile.Write(ref _requests, requests = new Requests(ratio));
        }

        return requests.Sampler;
    }

    private sealed class Requests(double ratio)
    {
        public double Ratio { get; } = ratio;

        public TraceIdRatioBasedSampler Sampler { get; } = new(ratio);
    }
}
