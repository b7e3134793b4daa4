using System.Collections.Immutable;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;

namespace Granary.Domain.Idempotency;

/// <summary>
/// The requests with an idempotency key that an aggregate has carried out, and the answer to each. A key belongs to a caller and an
/// operation: from another caller, or on another operation, the same characters are another key.
/// </summary>
/// <typeparam name="TAnswer">What a request is answered with.</typeparam>
public sealed record KeyBook<TAnswer>
    where TAnswer : class
{
    /// <summary>No requests.</summary>
    public static KeyBook<TAnswer> Empty { get; } = new();

    /// <summary>The requests by operation and key, such as <c>deposit 4711</c>; those of further callers follow the newest.</summary>
    public ImmutableDictionary<string, KeyedRequest<TAnswer>> Requests { get; init; } =
        ImmutableDictionary.Create<string, KeyedRequest<TAnswer>>(StringComparer.Ordinal);

    /// <summary>The request that a caller has sent under a key, or null.</summary>
    public KeyedRequest<TAnswer>? Find(string operation, string by, string key)
    {
        var request = Requests.GetValueOrDefault(NameOf(operation, key));
        while (request is { By: not null } && request.By != by)
        {
            request = request.Earlier;
        }

        return request;
    }

    /// <summary>Whether any caller has sent a request under the key.</summary>
    public bool Has(string operation, string key) => Requests.ContainsKey(NameOf(operation, key));

    /// <summary>Adds a request that was carried out.</summary>
    public KeyBook<TAnswer> Add(string operation, string key, KeyedRequest<TAnswer> request)
    {
        var name = NameOf(operation, key);
        return this with { Requests = Requests.SetItem(name, request with { Earlier = Requests.GetValueOrDefault(name) }) };
    }

    private static string NameOf(string operation, string key) => $"{operation} {key}";
}

/// <summary>A request that was carried out under an idempotency key.</summary>
/// <param name="By">The caller's user id; null for a request to release 0.1.0, whose keys count for every caller.</param>
/// <param name="Content">What a repetition must ask for, too.</param>
/// <param name="Answer">The answer to it, which a repetition gets again.</param>
/// <param name="Earlier">The request of another caller under the same characters.</param>
public sealed record KeyedRequest<TAnswer>(string? By, KeyedContent Content, TAnswer Answer, KeyedRequest<TAnswer>? Earlier = null)
    where TAnswer : class;

/// <summary>What the body of a request with an idempotency key asks for.</summary>
/// <param name="Number">Its amount in minor units, or its quantity in units.</param>
/// <param name="Text">Its reference or reason, or null.</param>
public readonly record struct KeyedContent(long Number, string? Text = null)
{
    /// <summary>
    /// The one rule of all operations with a key: a request that repeats an earlier one changes nothing, whatever has happened since,
    /// and one that asks for something else under its key is refused.
    /// </summary>
    /// <param name="earlier">What the caller has asked for under the key; null when it is new.</param>
    /// <returns>Null when the key is new, and decides nothing.</returns>
    public Decision<TEvent>? RepeatOf<TEvent>(KeyedContent? earlier)
        where TEvent : class =>
        earlier is not { } first ? default(Decision<TEvent>?)
        : first == this ? Decision<TEvent>.Unchanged
        : (Decision<TEvent>)new IdempotencyKeyReused();
}
