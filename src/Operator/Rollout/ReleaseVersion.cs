using System.Globalization;
using System.Text.RegularExpressions;

namespace Granary.Operator.Rollout;

/// <summary>A version as tags of images have it, ordered as Semantic Versioning orders numbers; a pre-release is before its release.</summary>
internal readonly partial record struct ReleaseVersion(Version Number, string PreRelease) : IComparable<ReleaseVersion>
{
    public static bool TryParse(string text, out ReleaseVersion version)
    {
        version = default;
        if (Form().Match(text) is not { Success: true } match || !Version.TryParse(match.Groups[1].Value, out var number))
        {
            return false;
        }

        version = new(number, match.Groups[2].Value);
        return true;
    }

    public static bool operator <(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) >= 0;

    public int CompareTo(ReleaseVersion other)
    {
        var number = Number.CompareTo(other.Number);
        return number != 0 || PreRelease == other.PreRelease ? number
            : PreRelease.Length == 0 ? 1
            : other.PreRelease.Length == 0 ? -1
            : ComparePreReleases(PreRelease.Split('.'), other.PreRelease.Split('.'));
    }

    private static int ComparePreReleases(string[] left, string[] right)
    {
        foreach (var (mine, other) in left.Zip(right))
        {
            var order = (IsNumber(mine, out var first), IsNumber(other, out var second)) switch
            {
                (true, true) => first.CompareTo(second),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(mine, other),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static bool IsNumber(string text, out ulong number) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex(@"^([0-9]+\.[0-9]+\.[0-9]+)(?:-([0-9A-Za-z.-]+))?$")]
    private static partial Regex Form();
}
