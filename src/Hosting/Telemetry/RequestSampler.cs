using OpenTelemetry.Trace;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Decides at the request whether it is traced; everything it causes, on any silo and at any later time, follows that decision.
/// Work without a request, such as a timer, is not traced: it belongs to no order.
/// </summary>
/// <param name="ratio">The share of requests, from 0 to 1.</param>
internal sealed class RequestSampler(double ratio) : Sampler
{
    /// <summary>The name of the activity that ASP.NET Core starts for a request.</summary>
    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private readonly TraceIdRatioBasedSampler _requests = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceId != default)
        {
            return new SamplingResult(parent.TraceFlags.HasFlag(System.Diagnostics.ActivityTraceFlags.Recorded));
        }

        return samplingParameters.Name == Request ? _requests.ShouldSample(samplingParameters) : new SamplingResult(isSampled: false);
    }
}
