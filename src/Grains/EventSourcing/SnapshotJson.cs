using System.Text.Json.Serialization;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.ApiKeys;

namespace Granary.Grains.EventSourcing;

/// <summary>The JSON options for snapshots in grain storage.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Snapshot<StockState>))]
[JsonSerializable(typeof(Snapshot<UserState>))]
[JsonSerializable(typeof(Snapshot<LastUses>))]
public sealed partial class SnapshotJson : JsonSerializerContext;
