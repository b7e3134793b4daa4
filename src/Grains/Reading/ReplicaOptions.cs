namespace Granary.Grains.Reading;

/// <summary>When lists are read from a replica.</summary>
/// <param name="Use">Whether they are read there at all.</param>
/// <param name="MaxStaleness">How old an answer may be that demands no position.</param>
public sealed record ReplicaOptions(bool Use = false, TimeSpan MaxStaleness = default);
