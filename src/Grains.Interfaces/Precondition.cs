namespace Granary.Grains.Interfaces;

/// <summary>The conditions under which a request is carried out (RFC 9110, section 13), in versions of its resource.</summary>
/// <param name="IfMatch">Versions of which one must be the current one; null without <c>If-Match</c>.</param>
/// <param name="IfNoneMatch">Versions of which none may be the current one; null without <c>If-None-Match</c>.</param>
[GenerateSerializer, Immutable, Alias("granary.precondition")]
public sealed record Precondition(
    [property: Id(0)] VersionSet? IfMatch = null,
    [property: Id(1)] VersionSet? IfNoneMatch = null)
{
    /// <summary>No condition.</summary>
    public static Precondition None { get; } = new();

    /// <summary>Whether it names versions, so that it may no longer hold once the request has taken effect.</summary>
    public bool NamesVersions => IfMatch is { IsAny: false } || IfNoneMatch is not null;

    /// <summary>Whether the current version, null without a resource, is one that <c>If-Match</c> permits.</summary>
    public bool IsMatched(long? current) => IfMatch?.Has(current) != false;

    /// <summary>Whether the current version, null without a resource, is none that <c>If-None-Match</c> excludes.</summary>
    public bool IsNoneMatched(long? current) => IfNoneMatch?.Has(current) != true;

    /// <summary>The refusal where the current version, null without a resource, breaks a condition; otherwise null.</summary>
    public StaleVersion? Check(long? current) =>
        IsMatched(current) && IsNoneMatched(current) ? null : new StaleVersion(current ?? 0);
}

/// <summary>Versions that a condition names.</summary>
/// <param name="Versions">The versions; null for <c>*</c>, any version there is.</param>
[GenerateSerializer, Immutable, Alias("granary.version-set")]
public sealed record VersionSet([property: Id(0)] IReadOnlyList<long>? Versions)
{
    private const long NoVersion = -1;

    /// <summary>Any version: <c>*</c>.</summary>
    public static VersionSet Any { get; } = new((IReadOnlyList<long>?)null);

    /// <summary>Whether any version will do.</summary>
    public bool IsAny => Versions is null;

    /// <summary>
    /// What a silo of release 0.1.0 is told, which knows one version or any: of several the first, so that it refuses where it
    /// cannot know.
    /// </summary>
    public long? ForEarlierRelease => IsAny ? null : Versions!.FirstOrDefault(NoVersion);

    /// <summary>Whether a version, null without a resource, is among them.</summary>
    public bool Has(long? version) => version is { } current && (Versions is null || Versions.Contains(current));
}
