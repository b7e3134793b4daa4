namespace Granary.Grains.ApiKeys;

/// <summary>When each key was last used.</summary>
public sealed class LastUses
{
    /// <summary>The minute, by the id of the key.</summary>
    public Dictionary<string, DateTimeOffset> ByKey { get; init; } = new(StringComparer.Ordinal);
}
