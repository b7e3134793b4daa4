namespace Granary.Grains.Interfaces;

/// <summary>
/// Marks a method of a grain that a caller may call again with the same arguments if the answer was lost: the second call changes
/// nothing more. An argument that is <see cref="IRepeatable"/> overrides this.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IdempotentAttribute : Attribute
{
    /// <summary>
    /// Whether the caller itself answers when the grain has lost its stream to another activation, with another attempt or another
    /// call. It is then not repeated beneath the caller.
    /// </summary>
    public bool LeavesConflicts { get; init; }
}

/// <summary>A command that can be repeated under some conditions.</summary>
public interface IRepeatable
{
    /// <summary>Whether this command can be repeated.</summary>
    bool IsRepeatable { get; }
}
