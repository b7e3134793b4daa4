using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Domain.Claims;
using Granary.Domain.Events;
using Granary.Domain.Idempotency;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Domain.Stock;

/// <summary>A product and its stock as its events have made them. Quantities are units.</summary>
public sealed record StockState : IAggregate<StockState, StockEvent>
{
    /// <summary>The operation of <see cref="StockAdjusted"/>, as idempotency keys name it.</summary>
    internal const string Adjust = "adjust";

    public required string Sku { get; init; }
    public long Version { get; init; }
    public StockStatus Status { get; init; }
    public string Name { get; init; } = "";
    public string? Description { get; init; }

    /// <summary>Minor units for one unit.</summary>
    public long Price { get; init; }

    public long OnHand { get; init; }
    public long Sold { get; init; }
    public long Received { get; init; }

    /// <summary>
    /// The version of the last event that changed name, description, price or status; null before the first event, and in a snapshot of
    /// an earlier release until its next event.
    /// </summary>
    public long? Defined { get; init; }

    /// <summary>What orders have reserved or bought and may still give back.</summary>
    public ClaimBook Claims { get; init; } = ClaimBook.Empty;

    /// <summary>
    /// The requests that came with an idempotency key; null before the first, as in snapshots of earlier releases.
    /// </summary>
    public KeyBook<StockLevel>? Keys { get; init; }

    /// <summary>
    /// The adjustments that came with an idempotency key, key to quantity, as release 0.1.0 stores them, without their callers and
    /// reasons. Still written, because a silo of that release that reads a snapshot during an upgrade knows no other member.
    /// </summary>
    public ImmutableDictionary<string, long> Adjustments { get; init; } =
        ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public static EventCodec<StockEvent> Codec => StockEvent.Codec;

    /// <summary>
    /// The version of name, description, price and status. A snapshot that does not tell it has this definition at its own version, and
    /// that number stands for no other.
    /// </summary>
    [JsonIgnore]
    public long Revision => Defined ?? Version;

    /// <summary>Units that are set aside for orders.</summary>
    [JsonIgnore]
    public long Reserved => Claims.Reserved;

    /// <summary>Units that can be reserved.</summary>
    [JsonIgnore]
    public long Available => OnHand - Reserved;

    /// <inheritdoc/>
    public static StockState Initial(string key) => new() { Sku = key };

    /// <inheritdoc/>
    public static string StreamOf(string key) => JournalStream.OfStock(key);

    /// <inheritdoc/>
    public StockState Apply(StockEvent domainEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        var next = this with { Version = Version + 1, Defined = Revision };
        return domainEvent switch
        {
            StockReserved e => next with { Claims = Claims.Reserve(e.Order, e.Attempt, e.Quantity, at, e.User) },
            ReservationAttemptReleased e => next with { Claims = Claims.ReleaseAttempt(e.Order, e.Attempt) },
            ReservationAmended e => next with { Claims = Claims.Secure(e.Order, e.OrderVersion, e.Quantity, e.Attempts) },
            ReservationReleased e => next with { Claims = Claims.Secure(e.Order, e.OrderVersion, 0, e.Attempts) },
            StockSold e => next with
            {
                Claims = Claims.Pay(e.Order, e.OrderVersion, e.Quantity, e.Attempts),
                OnHand = OnHand - e.Quantity,
                Sold = Sold + e.Quantity,
            },
            StockRestocked e => next with
            {
                Claims = Claims.ClearPaid(e.Order, e.OrderVersion),
                OnHand = OnHand + e.Quantity,
                Sold = Sold - e.Quantity,
            },
            SaleClosed e => next with { Claims = Claims.ClearPaid(e.Order, e.OrderVersion) },
            StockAdjusted e => (next with
            {
                OnHand = OnHand + e.Quantity,
                Received = Received + e.Quantity,
                Adjustments = e.Key is { } key ? Adjustments.SetItem(key, e.Quantity) : Adjustments,
            }).Answered(e),
            ProductDefined e => next.Described(e.Name, e.Description, e.Price).With(StockStatus.Active),
            ProductChanged e => next.Described(e.Name, e.Description, e.Price).With(Status),
            ProductSuspended => next.With(StockStatus.Suspended),
            ProductReactivated => next.With(StockStatus.Active),
            ProductDiscontinued => next.With(StockStatus.Discontinued),
            _ => throw new InvalidOperationException($"A stock item has no event {domainEvent.GetType().Name}."),
        };
    }

    /// <summary>The product as buyers see it.</summary>
    public Product ToProduct() => new(Sku, Name, Description, Price, Status, Available, Version, Revision);

    /// <summary>The stock level as the warehouse sees it.</summary>
    public StockLevel ToLevel() => new(Sku, OnHand, Reserved, Available, Sold, Received, Version);

    /// <summary>The stock level that an adjustment under this key was answered with; null when that is not known.</summary>
    public StockLevel? AnswerTo(AdjustStock command) =>
        command.Key is { } key ? Keys?.Find(Adjust, command.By, key)?.Answer : null;

    /// <summary>What the caller has asked for under the key of an adjustment, or null.</summary>
    internal KeyedContent? Earlier(AdjustStock command) =>
        command.Key is not { } key ? null
        : Keys?.Find(Adjust, command.By, key) is { } request ? request.Content
        : Keys?.Has(Adjust, key) == true ? null
        : Adjustments.TryGetValue(key, out var quantity) ? new KeyedContent(quantity, command.Reason)
        : null;

    private StockState Answered(StockAdjusted adjusted) =>
        adjusted.Key is not { } key ? this
        : this with
        {
            Keys = (Keys ?? KeyBook<StockLevel>.Empty).Add(
                Adjust,
                key,
                new KeyedRequest<StockLevel>(
                    adjusted.OwnKey == true ? adjusted.By : null, new KeyedContent(adjusted.Quantity, adjusted.Reason), ToLevel())),
        };

    private StockState Described(string name, string? description, long price) =>
        this with { Name = name, Description = description, Price = price };

    /// <summary>The status, and with it a new revision.</summary>
    private StockState With(StockStatus status) => this with { Status = status, Defined = Version };
}
