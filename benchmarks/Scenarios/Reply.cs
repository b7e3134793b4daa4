using System.Text;
using System.Text.Json;

namespace Granary.Load;

/// <summary>The result of a call, as judged by the flow that made it.</summary>
public enum Verdict
{
    Succeeded,

    /// <summary>Refused with a status that the flow expects, such as 409 when a flash sale is sold out.</summary>
    Refused,

    Failed,
}

/// <summary>The response to one call.</summary>
/// <param name="Status">HTTP status, or 0 if no response came.</param>
/// <param name="Body">The body as received.</param>
/// <param name="Verdict">The result of the call.</param>
public readonly record struct Reply(int Status, ReadOnlyMemory<byte> Body, Verdict Verdict)
{
    /// <summary>The call ended without a response: no connection, a reset, a time-out.</summary>
    public static readonly Reply NoAnswer = new(0, ReadOnlyMemory<byte>.Empty, Verdict.Failed);

    public bool Succeeded => Verdict is Verdict.Succeeded;

    /// <summary>Reads one text or number member of the body's outermost object; null if it is missing.</summary>
    public string? Member(string name)
    {
        var reader = new Utf8JsonReader(Body.Span);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(name))
            {
                reader.Read();
                return reader.TokenType is JsonTokenType.String or JsonTokenType.Number
                    ? Encoding.UTF8.GetString(reader.ValueSpan)
                    : null;
            }
        }

        return null;
    }
}
