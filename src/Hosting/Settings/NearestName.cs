namespace Granary.Hosting.Settings;

/// <summary>Finds the name that a misspelt one stands for.</summary>
public static class NearestName
{
    private const int MostMistakes = 3;

    /// <summary>A question after the name that is nearest to a word, such as <c> Did you mean verify?</c>; empty when none is near.</summary>
    public static string Suggestion(string word, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(word);
        var nearest = known.Select(name => (Name: name, Mistakes: Mistakes(word.ToUpperInvariant(), name.ToUpperInvariant()))).MinBy(pair => pair.Mistakes);
        return nearest.Name is not null && nearest.Mistakes <= Math.Min(MostMistakes, word.Length / 2) ? $" Did you mean {nearest.Name}?" : "";
    }

    /// <summary>Letters to insert, to delete or to replace until one word is the other (the distance of Levenshtein).</summary>
    private static int Mistakes(string typed, string meant)
    {
        var row = Enumerable.Range(0, meant.Length + 1).ToArray();
        for (var i = 1; i <= typed.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= meant.Length; j++)
            {
                var replaced = diagonal + (typed[i - 1] == meant[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
