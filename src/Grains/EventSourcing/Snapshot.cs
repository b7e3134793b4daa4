namespace Granary.Grains.EventSourcing;

/// <summary>A grain's state at a version; recovery reads it and then a short tail of the stream.</summary>
/// <typeparam name="TState">The aggregate's state.</typeparam>
public sealed class Snapshot<TState>
    where TState : class
{
    /// <summary>The state; null if none was ever stored.</summary>
    public TState? State { get; set; }

    /// <summary>The mark of the last event in <see cref="State"/>; null in snapshots of releases that did not keep it.</summary>
    public string? LastEvent { get; set; }

    /// <summary>The version of the last event in <see cref="State"/>.</summary>
    public long Version { get; set; }
}
