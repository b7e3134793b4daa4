using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Granary.Api.Http;
using Granary.Grains.Interfaces.Orders;
using Microsoft.OpenApi;

namespace Granary.Api.Docs;

/// <summary>Completes the schemas of bodies by what the attributes of their members say: what must be there, and words to choose from.</summary>
internal static class Schemas
{
    /// <summary>The types of bodies, by the names of their schemas.</summary>
    private static readonly Dictionary<string, Type> Bodies =
        new[] { typeof(Schemas).Assembly, typeof(Address).Assembly }.Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsGenericType && ApiJson.Options.TryGetTypeInfo(type, out var info) && info.Kind == JsonTypeInfoKind.Object)
            .ToDictionary(type => type.Name);

    /// <summary>Completes the schema of a body.</summary>
    public static void Complete(string name, IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema { Properties: { } properties } body || !Bodies.TryGetValue(name, out var type))
        {
            return;
        }

        foreach (var member in type.GetProperties())
        {
            var property = JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
            if (!properties.ContainsKey(property))
            {
                continue;
            }

            if (member.GetCustomAttribute<RequiredAttribute>() is not null)
            {
                (body.Required ??= new HashSet<string>()).Add(property);
                properties[property] = WithoutNull(properties[property]);
            }

            if (member.GetCustomAttribute<ChoicesAttribute>() is { } choices)
            {
                Restrict(properties[property], choices.Words);
            }
        }
    }

    /// <summary>The schema of a text that is one of these words.</summary>
    public static OpenApiSchema Of(IReadOnlyList<string> words) => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. words.Select(word => (JsonNode)word)],
    };

    private static void Restrict(IOpenApiSchema schema, IReadOnlyList<string> words)
    {
        if (schema is not OpenApiSchema own)
        {
            return;
        }

        if (own.Items is not null)
        {
            own.Items = Of(words);
            return;
        }

        // A member without a value is left out, so null is none of the words.
        own.Type = JsonSchemaType.String;
        own.Enum = Of(words).Enum;
    }

    private static IOpenApiSchema WithoutNull(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema own)
        {
            return schema;
        }

        own.Type &= ~JsonSchemaType.Null;
        return own.OneOf?.FirstOrDefault(choice => choice.Type != JsonSchemaType.Null) ?? own;
    }
}
