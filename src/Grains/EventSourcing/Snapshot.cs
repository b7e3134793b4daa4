namespace Granary.Grains.EventSourcing;

/// <summary>A grain's state at a version, so that recovery reads it and a short tail.</summary>
/// <typeparam name="TState">The aggregate's state.</typeparam>
public sealed class Snapshot<TState>
    where TState : class
{
    /// <summary>The state; null where none was ever stored.</summary>
    public TState? State { get; set; }

    /// <summary>The version of the last event in <see cref="State"/>.</summary>
    public long Version { get; set; }
}
