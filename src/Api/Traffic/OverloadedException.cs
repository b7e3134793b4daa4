namespace Granary.Api.Traffic;

/// <summary>
/// The process has more work than it can complete in useful time; the request was not begun. The response is 503.
/// </summary>
public sealed class OverloadedException() : Exception("This process has more work than it can complete in useful time.");
