using System.Globalization;
using System.Net;
using System.Numerics;
using Granary.Grains.Interfaces;

namespace Granary.Hosting.Settings;

/// <summary>The kinds of values that keys take. Each kind has one rule and one way to name it.</summary>
internal static class SettingRules
{
    private const StringSplitOptions Parts = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    // A bare number is none of these: TimeSpan would take 3600 for days.
    private static readonly string[] TimeFormats =
    [
        @"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss", @"d\.hh\:mm\:ss\.FFFFFFF",
    ];

    /// <summary>Text of one line.</summary>
    public static SettingKey<string> Text(string name, string fallback, string meaning, string? defaultText = null) =>
        new(name, fallback, defaultText ?? fallback, $"1 to {Limits.TextLength} characters without control characters", meaning, IsText);

    /// <summary>Text of one line that has no default.</summary>
    public static SettingKey<string?> OptionalText(string name, string meaning, string defaultText = "") =>
        new(name, null, defaultText, $"1 to {Limits.TextLength} characters without control characters", meaning, IsText);

    /// <summary>Text in a form of its own.</summary>
    public static SettingKey<string> Form(string name, string fallback, string takes, string meaning, Func<string, bool> holds) =>
        new(name, fallback, fallback, takes, meaning, (string text, out string value) => holds(value = text));

    /// <summary>Text that no message repeats, in a form of its own.</summary>
    public static SettingKey<string?> Secret(string name, string defaultText, string takes, string meaning, Func<string, bool> holds) =>
        new(name, null, defaultText, takes, meaning, (string text, out string? value) => holds(value = text)) { IsSecret = true };

    /// <summary>One of a few names. An enum would parse from numbers as well, which mean nothing to an operator.</summary>
    public static SettingKey<T> Choice<T>(string name, T fallback, string meaning)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        return new(name, fallback, fallback.ToString(), string.Join(" or ", names), meaning, Parse) { Choices = names };

        bool Parse(string text, out T value)
        {
            value = default;
            return names.Contains(text, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(text, ignoreCase: true, out value);
        }
    }

    /// <summary>A whole number.</summary>
    public static SettingKey<T> Number<T>(string name, T fallback, T least, T most, string meaning)
        where T : struct, IBinaryInteger<T> =>
        new(name, fallback, Plain(fallback), Range(least, most), meaning, (string text, out T value) => IsWithin(text, least, most, out value));

    /// <summary>A whole number whose default depends on other keys.</summary>
    public static SettingKey<int?> OptionalNumber(string name, string defaultText, int least, int most, string meaning) =>
        new(name, null, defaultText, Range(least, most), meaning, (string text, out int? value) =>
        {
            var holds = IsWithin(text, least, most, out var number);
            value = number;
            return holds;
        });

    /// <summary>A TCP port.</summary>
    public static SettingKey<int> Port(string name, int fallback, string zero, string meaning) =>
        new(name, fallback, Plain(fallback), $"a port from 0 ({zero}) to {IPEndPoint.MaxPort}", meaning,
            (string text, out int value) => IsWithin(text, 0, IPEndPoint.MaxPort, out value));

    /// <summary>Several TCP ports.</summary>
    public static SettingKey<IReadOnlyList<string>> Ports(string name, string meaning) =>
        List(name, "", ';', $"ports from 0 to {IPEndPoint.MaxPort}, separated by semicolons", meaning,
            (string text, out string value) => IsWithin(value = text, 0, IPEndPoint.MaxPort, out _));

    /// <summary>An IP address, without a default.</summary>
    public static SettingKey<IPAddress?> Address(string name, string defaultText, string meaning) =>
        new(name, null, defaultText, "an IP address", meaning, IPAddress.TryParse);

    /// <summary>On or off.</summary>
    public static SettingKey<bool> Flag(string name, bool fallback, string meaning) =>
        new(name, fallback, fallback ? "true" : "false", "true or false", meaning, bool.TryParse) { Choices = ["true", "false"] };

    /// <summary>A share of a whole.</summary>
    public static SettingKey<double> Share(string name, double fallback, string meaning) =>
        new(name, fallback, fallback.ToString(CultureInfo.InvariantCulture), "a share from 0 to 1, such as 0.01", meaning,
            (string text, out double value) =>
                double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1);

    /// <summary>An address of the web, without a default.</summary>
    public static SettingKey<Uri?> Url(string name, string takes, string meaning, Func<Uri, bool> holds) =>
        new(name, null, "", takes, meaning, (string text, out Uri? value) =>
            Uri.TryCreate(text, UriKind.Absolute, out value) && value.Scheme is "http" or "https" && holds(value));

    /// <summary>A length of time.</summary>
    public static SettingKey<TimeSpan> Duration(string name, TimeSpan fallback, TimeSpan least, TimeSpan most, string meaning) =>
        new(name, fallback, Plain(fallback), $"a time from {Plain(least)} to {Plain(most)}, written hh:mm:ss, hh:mm:ss.fff or d.hh:mm:ss", meaning,
            (string text, out TimeSpan value) =>
                TimeSpan.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    /// <summary>Several values in one.</summary>
    public static SettingKey<IReadOnlyList<T>> List<T>(
        string name, string defaultText, char separator, string takes, string meaning, SettingRule<T> item, bool secret = false) =>
        new(name, [], defaultText, takes, meaning, (string text, out IReadOnlyList<T> values) =>
        {
            var read = new List<T>();
            values = read;
            foreach (var part in text.Split(separator, Parts))
            {
                if (!item(part, out var value))
                {
                    return false;
                }

                read.Add(value);
            }

            return read.Count > 0;
        })
        { IsList = separator == ',', IsSecret = secret };

    private static bool IsText(string text, out string value) =>
        (value = text).Length <= Limits.TextLength && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);

    private static bool IsWithin<T>(string text, T least, T most, out T value)
        where T : struct, IBinaryInteger<T> =>
        T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    private static string Range<T>(T least, T most)
        where T : IBinaryInteger<T> => $"a whole number from {Plain(least)} to {Plain(most)}";

    private static string Plain<T>(T number)
        where T : IBinaryInteger<T> => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Plain(TimeSpan time) => time.ToString(
        (time.Days > 0 ? @"d\." : "") + @"hh\:mm\:ss" + (time.Milliseconds > 0 ? @"\.fff" : ""), CultureInfo.InvariantCulture);
}
