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

    private readonly Derived<SamplingOptions, double, TraceIdRatioBasedSampler> _requests = new(
        options, static now => now.Ratio, static now => new TraceIdRatioBasedSampler(now.Ratio));

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceId != default)
        {
            return new SamplingResult(parent.TraceFlags.HasFlag(System.Diagnostics.ActivityTraceFlags.Recorded));
        }

        return samplingParameters.Name == Request ? _requests.Current.ShouldSample(samplingParameters) : new SamplingResult(isSampled: false);
    }
}
