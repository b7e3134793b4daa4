namespace Granary.Api.Traffic;

/// <summary>There is more work than this process can do in useful time; the request was not begun. Answered with 503.</summary>
public sealed class OverloadedException() : Exception("There is more work than this process can do in useful time.");
