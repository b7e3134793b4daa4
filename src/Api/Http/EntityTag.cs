using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Http;

/// <summary>Versions as entity tags (RFC 9110, section 8.8.3): the quoted version, a strong validator.</summary>
public static class EntityTag
{
    /// <summary>The entity tag of a version.</summary>
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The version that a tag stands for, however weak; null for a tag that is not one of ours.</summary>
    public static long? VersionOf(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && tag.Tag == Of(version)
            ? version
            : null;
}
