namespace Granary.Grains.Interfaces;

/// <summary>
/// Marks a method of a grain that may be called again with the same arguments when the answer was lost: the second call
/// changes nothing more. Where an argument is <see cref="IRepeatable"/>, it has the last word.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IdempotentAttribute : Attribute;

/// <summary>A command that can be repeated under conditions.</summary>
public interface IRepeatable
{
    /// <summary>Whether this one can.</summary>
    bool IsRepeatable { get; }
}
