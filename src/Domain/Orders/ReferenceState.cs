using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Granary.Domain.Events;

namespace Granary.Domain.Orders;

/// <summary>
/// A caller's own reference of an order, in a stream of its own, so that the journal decides between orders that ask for it at once. An
/// attempt at an order claims it with an event that the order's append requires. The claim counts where the order was placed with it.
/// A claim of an attempt that made no order counts for nothing: once that attempt is voided, another order may claim the reference.
/// </summary>
public sealed record ReferenceState : IAggregate<ReferenceState, ReferenceEvent>
{
    /// <summary>See <see cref="KeyOf"/>.</summary>
    public required string Key { get; init; }

    public long Version { get; init; }

    /// <summary>The newest claim; null where there never was one.</summary>
    public ReferenceClaimed? Claim { get; init; }

    /// <inheritdoc/>
    public static EventCodec<ReferenceEvent> Codec => ReferenceEvent.Codec;

    /// <inheritdoc/>
    public static ReferenceState Initial(string key) => new() { Key = key };

    /// <inheritdoc/>
    public static string StreamOf(string key) => JournalStream.OfReference(key);

    /// <summary>The key of a caller's reference: a hash, because a reference may be longer than the name of a stream.</summary>
    /// <param name="caller">Who places the order: a user id or the id of an API key.</param>
    /// <param name="reference">The caller's reference.</param>
    public static string KeyOf(string caller, string reference)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{reference}"), hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Whether an order was placed with the reference.</summary>
    public bool IsCarriedBy(OrderState order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order is { ExternalReference: { } reference, Timeline: [var placed, ..] } && KeyOf(placed.By, reference) == Key;
    }

    /// <inheritdoc/>
    public ReferenceState Apply(ReferenceEvent domainEvent, DateTimeOffset at) => domainEvent switch
    {
        ReferenceClaimed { Order: not null } claim => this with { Version = Version + 1, Claim = claim },
        _ => throw new InvalidOperationException("The payload of a claim of a reference is incomplete."),
    };
}

/// <summary>What happened to a caller's own reference of an order.</summary>
public abstract record ReferenceEvent
{
    /// <summary>How the events are written in the journal.</summary>
    public static EventCodec<ReferenceEvent> Codec { get; } = new EventCodec<ReferenceEvent>()
        .Add("reference.claimed", ReferenceEventJson.Default.ReferenceClaimed);
}

/// <summary>An attempt at an order claims the reference for it.</summary>
/// <param name="By">Who places the order.</param>
/// <param name="Reference">The caller's reference.</param>
/// <param name="Order">The order.</param>
/// <param name="Attempt">The attempt at placing it.</param>
public sealed record ReferenceClaimed(string By, string Reference, string Order, long Attempt) : ReferenceEvent;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReferenceClaimed))]
internal sealed partial class ReferenceEventJson : JsonSerializerContext;
