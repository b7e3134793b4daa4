using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Orders;

/// <summary>The order as the index keeps it: UTF-8 JSON, so that a list needs nothing but the index.</summary>
internal static class OrderDocument
{
    public static byte[] Write(Order order) => JsonSerializer.SerializeToUtf8Bytes(order, OrderDocumentJson.Default.Order);

    /// <exception cref="JsonException">The document is not an order; the index must be rebuilt.</exception>
    public static Order Read(byte[] document) => JsonSerializer.Deserialize(document, OrderDocumentJson.Default.Order)
        ?? throw new JsonException("An order in the index is null.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderDocumentJson : JsonSerializerContext;
