using System.Text.Json.Serialization;
using Granary.Domain.Events;

namespace Granary.Domain.Stock;

/// <summary>What happened to a product or its stock. Quantities are units.</summary>
public abstract record StockEvent
{
    /// <summary>How stock events are written in the journal.</summary>
    public static EventCodec<StockEvent> Codec { get; } = new EventCodec<StockEvent>()
        .Add("product.defined", StockEventJson.Default.ProductDefined)
        .Add("product.changed", StockEventJson.Default.ProductChanged)
        .Add("product.suspended", StockEventJson.Default.ProductSuspended)
        .Add("product.reactivated", StockEventJson.Default.ProductReactivated)
        .Add("product.discontinued", StockEventJson.Default.ProductDiscontinued)
        .Add("stock.adjusted", StockEventJson.Default.StockAdjusted)
        .Add("stock.reserved", StockEventJson.Default.StockReserved)
        .Add("stock.attempt_released", StockEventJson.Default.ReservationAttemptReleased)
        .Add("stock.reservation_amended", StockEventJson.Default.ReservationAmended)
        .Add("stock.released", StockEventJson.Default.ReservationReleased)
        .Add("stock.sold", StockEventJson.Default.StockSold)
        .Add("stock.restocked", StockEventJson.Default.StockRestocked)
        .Add("stock.sale_closed", StockEventJson.Default.SaleClosed);

    /// <summary>The names of the events that the feed shows and that webhooks can ask for; the others are steps of an attempt.</summary>
    public static IReadOnlyList<string> PublicNames { get; } =
    [
        Codec.NameOf<ProductDefined>(), Codec.NameOf<ProductChanged>(), Codec.NameOf<ProductSuspended>(), Codec.NameOf<ProductReactivated>(),
        Codec.NameOf<ProductDiscontinued>(), Codec.NameOf<StockAdjusted>(), Codec.NameOf<StockSold>(), Codec.NameOf<StockRestocked>(),
    ];
}

/// <summary>The product exists and is for sale. <paramref name="Price"/> is minor units.</summary>
public sealed record ProductDefined(string By, string Name, string? Description, long Price) : StockEvent;

/// <summary>The product is now described and priced like this.</summary>
public sealed record ProductChanged(string By, string Name, string? Description, long Price) : StockEvent;

/// <summary>The product is not for sale for now.</summary>
public sealed record ProductSuspended(string By) : StockEvent;

/// <summary>The product is for sale again.</summary>
public sealed record ProductReactivated(string By) : StockEvent;

/// <summary>The product is never for sale again.</summary>
public sealed record ProductDiscontinued(string By) : StockEvent;

/// <summary>Stock on hand moved by hand: a delivery, a count, a loss.</summary>
/// <param name="OwnKey">True where the key is the caller's own; events of release 0.1.0 have keys that count for every caller.</param>
public sealed record StockAdjusted(string By, long Quantity, string? Reason, string? Key, bool? OwnKey = null) : StockEvent;

/// <summary>An attempt at an order took units.</summary>
/// <param name="User">The user whose order it is; null in events of release 0.1.0.</param>
public sealed record StockReserved(string Order, long Attempt, long Quantity, string? User = null) : StockEvent;

/// <summary>An attempt gave its units back.</summary>
public sealed record ReservationAttemptReleased(string Order, long Attempt) : StockEvent;

/// <summary>The order has a right to exactly this many units; the attempts are part of it.</summary>
public sealed record ReservationAmended(string Order, long OrderVersion, long Quantity, IReadOnlyList<long> Attempts) : StockEvent;

/// <summary>The order has no right to reserved units any more; the attempts were part of them.</summary>
public sealed record ReservationReleased(string Order, long OrderVersion, IReadOnlyList<long> Attempts) : StockEvent;

/// <summary>The order is paid: reserved units are sold.</summary>
public sealed record StockSold(string Order, long OrderVersion, long Quantity, IReadOnlyList<long> Attempts) : StockEvent;

/// <summary>The paid order was cancelled: sold units are on hand again.</summary>
public sealed record StockRestocked(string Order, long OrderVersion, long Quantity) : StockEvent;

/// <summary>The order has left the house: its sale is final and need not be remembered.</summary>
public sealed record SaleClosed(string Order, long OrderVersion) : StockEvent;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProductDefined))]
[JsonSerializable(typeof(ProductChanged))]
[JsonSerializable(typeof(ProductSuspended))]
[JsonSerializable(typeof(ProductReactivated))]
[JsonSerializable(typeof(ProductDiscontinued))]
[JsonSerializable(typeof(StockAdjusted))]
[JsonSerializable(typeof(StockReserved))]
[JsonSerializable(typeof(ReservationAttemptReleased))]
[JsonSerializable(typeof(ReservationAmended))]
[JsonSerializable(typeof(ReservationReleased))]
[JsonSerializable(typeof(StockSold))]
[JsonSerializable(typeof(StockRestocked))]
[JsonSerializable(typeof(SaleClosed))]
internal sealed partial class StockEventJson : JsonSerializerContext;
