namespace Granary.Api.Traffic;

/// <summary>How much work is taken on.</summary>
/// <param name="MaxConcurrent">Requests that are worked on at a time; 0 for no limit.</param>
/// <param name="MaxQueued">Requests that wait at most, whatever they would have to wait: a bound on memory.</param>
/// <param name="MaxWait">The expected wait beyond which a request is shed instead of being queued.</param>
public sealed record AdmissionOptions(int MaxConcurrent, int MaxQueued, TimeSpan MaxWait);
