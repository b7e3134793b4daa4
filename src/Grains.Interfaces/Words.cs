using System.Text.Json;

namespace Granary.Grains.Interfaces;

/// <summary>
/// The word for a status or an action in bodies, messages and metrics: its name in lower case, with an underscore between its
/// parts. <c>None</c>, the status of what does not exist, is no word that a caller can give.
/// </summary>
public static class Words
{
    private const string None = "None";

    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Known<T>.Words[value];

    /// <summary>The value with this word, or null.</summary>
    public static T? Find<T>(string word)
        where T : struct, Enum => Known<T>.Values.TryGetValue(word, out var value) ? value : null;

    /// <summary>The words that a caller can give for an enumeration, in the order of its values.</summary>
    public static IReadOnlyList<string> AllOf(Type enumeration) =>
        [.. Enum.GetValues(enumeration).Cast<Enum>().Where(value => value.ToString() != None).Select(WordFor)];

    private static string WordFor(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static class Known<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Words =
            Enum.GetValues<T>().ToDictionary(value => value, value => WordFor(value));

        public static readonly Dictionary<string, T> Values =
            Words.Where(pair => pair.Key.ToString() != None).ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}
