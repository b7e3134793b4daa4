using System.Text.Json;

namespace Granary.Api.Http;

/// <summary>Describes the fault in a JSON body in the caller's terms, without names of server types.</summary>
public static class JsonErrors
{
    private const int LongestField = 200;

    /// <summary>The field, such as <c>items[0].quantity</c>, and what is wrong with it.</summary>
    public static (string Field, string Message) Describe(JsonException exception)
    {
        var field = FieldOf(exception.Path);

        // The reader reports syntax errors with an inner exception; binding errors can be distinguished only by their message.
        if (exception.InnerException is JsonException)
        {
            return (field, $"is not well-formed JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})");
        }

        if (exception.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return (field, "is not a known field");
        }

        return exception.Message.StartsWith("Duplicate", StringComparison.Ordinal)
            ? (field, "appears more than once")
            : (field, "has the wrong type or form, or is out of range");
    }

    private static string FieldOf(string? path)
    {
        if (path is null or "$" or "")
        {
            return "body";
        }

        var field = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path[1..];
        return field.Length <= LongestField ? field : field[..LongestField];
    }
}
