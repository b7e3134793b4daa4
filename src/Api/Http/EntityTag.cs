using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Http;

/// <summary>Versions as entity tags (RFC 9110, section 8.8.3): the quoted version, a strong validator.</summary>
public static class EntityTag
{
    // No stream has this version, so it matches nothing.
    private const long Never = -1;

    /// <summary>The entity tag of a version.</summary>
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>
    /// The version that <c>If-Match</c> demands: null for <c>*</c> or without the header. A weak or foreign tag demands a version
    /// that never exists, because <c>If-Match</c> compares strongly (RFC 9110, section 13.1.1).
    /// </summary>
    public static long? Demanded(StringValues ifMatch, Validation validation)
    {
        if (ifMatch.Count == 0 || !EntityTagHeaderValue.TryParseList(ifMatch, out var tags))
        {
            validation.Require(ifMatch.Count == 0, "If-Match", "is not a list of entity tags");
            return null;
        }

        validation.Require(tags.Count == 1, "If-Match", "must name exactly one entity tag");
        return tags[0] == EntityTagHeaderValue.Any ? null : VersionOf(tags[0]);
    }

    /// <summary>Whether the caller already has this version, according to <c>If-None-Match</c>.</summary>
    public static bool IsKnown(StringValues ifNoneMatch, long version)
    {
        if (ifNoneMatch.Count == 0 || !EntityTagHeaderValue.TryParseList(ifNoneMatch, out var tags))
        {
            return false;
        }

        var current = new EntityTagHeaderValue(Of(version));
        return tags.Any(tag => tag == EntityTagHeaderValue.Any || tag.Compare(current, useStrongComparison: false));
    }

    private static long VersionOf(EntityTagHeaderValue tag) =>
        !tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && tag.Tag == Of(version)
            ? version
            : Never;
}
