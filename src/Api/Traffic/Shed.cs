namespace Granary.Api.Traffic;

/// <summary>The feature of a request that was answered <c>overloaded</c>.</summary>
public sealed record Shed
{
    /// <summary>The only one.</summary>
    public static Shed Mark { get; } = new();
}
