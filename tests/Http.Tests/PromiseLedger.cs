using System.Collections.Concurrent;

namespace Granary.Http.Tests;

/// <summary>An answer that the document promises.</summary>
/// <param name="Operation">The operation's name.</param>
/// <param name="Status">The status.</param>
/// <param name="Problem">The slug of the problem; empty for what is none.</param>
public readonly record struct Promise(string Operation, int Status, string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Operation} {Status} {Problem}".TrimEnd();
}

/// <summary>Which answers the document promises, and which of them the tests of this process have produced.</summary>
public static class PromiseLedger
{
    private static readonly ConcurrentDictionary<Promise, bool> Produced = new();

    /// <summary>Promised answers that no test has produced so far.</summary>
    public static IReadOnlyList<Promise> Open =>
        [.. Produced.Where(promise => !promise.Value).Select(promise => promise.Key).OrderBy(promise => promise.ToString(), StringComparer.Ordinal)];

    /// <summary>Enters what a document promises.</summary>
    public static void Promised(IEnumerable<Promise> promises)
    {
        foreach (var promise in promises)
        {
            Produced.TryAdd(promise, false);
        }
    }

    /// <summary>Notes that a test has produced an answer.</summary>
    public static void Kept(Promise promise) => Produced[promise] = true;
}
