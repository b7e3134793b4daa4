using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Domain.Events;

/// <summary>Writes an enumeration into the journal by its name in snake_case, so that a reordered enumeration reads as before.</summary>
internal sealed class SnakeCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
