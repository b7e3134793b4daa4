using System.Text.Json.Serialization;
using Granary.Domain.Events;

namespace Granary.Domain.Stock;

/// <summary>What is told about a stock item that runs low. In the journal it has a stream beside the item's own.</summary>
/// <param name="Sku">The stock item.</param>
/// <param name="Available">Units that could be reserved when it was noticed.</param>
/// <param name="Threshold">The item is low with so many units or fewer.</param>
/// <param name="StockVersion">The version of the stock item at which it had <paramref name="Available"/> units.</param>
public abstract record StockAlert(string Sku, long Available, long Threshold, long StockVersion)
{
    /// <summary>How alerts are written in the journal.</summary>
    public static EventCodec<StockAlert> Codec { get; } = new EventCodec<StockAlert>()
        .Add("stock.low", StockAlertJson.Default.StockLow)
        .Add("stock.replenished", StockAlertJson.Default.StockReplenished);
}

/// <summary>The available units have fallen to the threshold or below it.</summary>
public sealed record StockLow(string Sku, long Available, long Threshold, long StockVersion)
    : StockAlert(Sku, Available, Threshold, StockVersion);

/// <summary>More units than the threshold are available again.</summary>
public sealed record StockReplenished(string Sku, long Available, long Threshold, long StockVersion)
    : StockAlert(Sku, Available, Threshold, StockVersion);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StockLow))]
[JsonSerializable(typeof(StockReplenished))]
internal sealed partial class StockAlertJson : JsonSerializerContext;
