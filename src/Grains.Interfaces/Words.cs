namespace Granary.Grains.Interfaces;

/// <summary>
/// The word for a status or an action in bodies, messages and metrics: its name in lower case. <c>None</c>, the status of what does
/// not exist, is no word that a caller can give.
/// </summary>
public static class Words
{
    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Known<T>.Words[value];

    /// <summary>The value with this word, or null.</summary>
    public static T? Find<T>(string word)
        where T : struct, Enum => Known<T>.Values.TryGetValue(word, out var value) ? value : null;

    private static class Known<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Words =
            Enum.GetValues<T>().ToDictionary(value => value, value => value.ToString().ToLowerInvariant());

        public static readonly Dictionary<string, T> Values =
            Words.Where(pair => pair.Key.ToString() != "None").ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}
