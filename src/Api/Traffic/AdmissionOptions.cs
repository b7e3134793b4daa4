namespace Granary.Api.Traffic;

/// <summary>The bounds on accepted work.</summary>
/// <param name="MaxConcurrent">Maximum number of requests executing at a time; 0 for no limit.</param>
/// <param name="MaxQueued">Maximum number of waiting requests, whatever their expected wait: a bound on memory.</param>
/// <param name="MaxWait">The expected wait beyond which a request is shed instead of being queued.</param>
public sealed record AdmissionOptions(int MaxConcurrent, int MaxQueued, TimeSpan MaxWait);
