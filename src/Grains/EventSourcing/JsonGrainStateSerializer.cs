using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Storage;

namespace Granary.Grains.EventSourcing;

/// <summary>
/// Serialises snapshots as UTF-8 JSON. Types come from the registered <see cref="IJsonTypeInfoResolver"/>s, the domain's
/// source-generated contexts; other types are described by reflection.
/// </summary>
public sealed class JsonGrainStateSerializer(IEnumerable<IJsonTypeInfoResolver> resolvers) : IGrainStorageSerializer
{
    private readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web)
    {
        // Requests of many callers under one idempotency key lie in one another.
        MaxDepth = 10_000,
        TypeInfoResolver = JsonTypeInfoResolver.Combine([.. resolvers, new DefaultJsonTypeInfoResolver()]),
    };

    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, _options));

    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input, _options)!;
}
