using System.Text;
using System.Text.Json.Nodes;

namespace Granary.Http.Tests.Fuzz;

/// <summary>
/// Mutates what a well-behaved client would send. All randomness comes from the given generator, so a seed repeats a run.
/// </summary>
internal static class Mutation
{
    private static readonly string[] OddValues =
    [
        "null", "true", "-1", "0", "1e400", "0.5", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "\"\"",
        "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"' or 1=1 --\"", "\"<script>\"", "[]", "{}", "[null]",
        "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "\"2026-13-45T99:99:99Z\"", "\"%s%n\"", "NaN", "01", "'single'",
    ];

    private static readonly string[] OddTexts =
    [
        "", " ", "%00", "%2e%2e%2f", "..", "a%2Fb", "%F0%9F%98%80", "%ff%fe", "%", "null", "-1", "0", "'", "\"", "%27%3B--", "*", "\\",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV", "u-00000000000000000000000000", "\"1\"", "W/\"1\"", "\"-1\"", "\"99999999999999999999\"", "\u00e9\u00ff",
    ];

    public static T Pick<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public static bool OneIn(this Random random, int n) => random.Next(n) == 0;

    /// <summary>A text that no header or path expects.</summary>
    public static string OddText(Random random) =>
        random.OneIn(20) ? new string('x', random.Next(1, 6_000)) : random.Pick(OddTexts);

    /// <summary>A body mutated from a valid one.</summary>
    public static byte[] Body(Random random, JsonNode? example)
    {
        var text = example?.ToJsonString() ?? "{}";
        for (var i = random.Next(4); i > 0; i--)
        {
            text = Spoil(random, text);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        if (random.OneIn(10) && bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return random.OneIn(500) ? new byte[1_000_001] : bytes;
    }

    private static string Spoil(Random random, string text) => random.Next(7) switch
    {
        0 => text[..random.Next(text.Length + 1)],
        1 => text + random.Pick(OddValues),
        2 => text.Replace("{", "{\"unknown\":" + random.Pick(OddValues) + ",", StringComparison.Ordinal),
        3 when text.Length > 2 => text.Insert(text.Length - 1, "," + text[1..^1]),
        _ => ReplaceValue(random, text),
    };

    // A value begins after a colon or a bracket and ends before the next comma or bracket: a rough rule that is sometimes wrong.
    private static string ReplaceValue(Random random, string text)
    {
        var starts = Enumerable.Range(0, text.Length).Where(i => text[i] is ':' or '[').ToList();
        if (starts.Count == 0)
        {
            return random.Pick(OddValues);
        }

        var start = random.Pick(starts) + 1;
        var end = text.AsSpan(start).IndexOfAny(",]}");
        return end < 0 ? text : string.Concat(text.AsSpan(0, start), random.Pick(OddValues), text.AsSpan(start + end));
    }
}
