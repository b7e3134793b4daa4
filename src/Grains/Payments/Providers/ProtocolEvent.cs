using System.Text.Json;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;

namespace Granary.Grains.Payments.Providers;

/// <summary>An event as <c>docs/payments-protocol.md</c> describes it: the <c>http</c> adapter receives it, and the sandbox sends it.</summary>
/// <param name="Amount">What was captured, or refunded in all, in minor units.</param>
internal sealed record ProtocolEvent(string? Id, string? Type, string? Payment, long? Amount = null, DateTimeOffset? OccurredAt = null)
{
    /// <summary>The header that carries its signature, in lower case.</summary>
    public const string SignatureHeader = "provider-signature";

    private const int LongestId = 255;

    /// <summary>Reads one, if its signature holds.</summary>
    public static EventReading Read(string secret, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (!EventSignature.Holds(headers.GetValueOrDefault(SignatureHeader), secret, body.Span, now))
        {
            return new EventReading.BadSignature();
        }

        try
        {
            var read = JsonSerializer.Deserialize(body.Span, ProtocolJson.Default.ProtocolEvent);
            return read is not { Id.Length: > 0 and <= LongestId, Payment.Length: > 0 and <= LongestId, Type: { } type, Amount: null or >= 0 }
                ? new EventReading.Unreadable("id, type or payment is missing, or the amount is negative")
                : Words.Find<ProviderEventType>(type) is { } known ? new EventReading.Said(read.Payment, new ProviderEvent(read.Id, known, read.Amount))

                // A later version of the protocol may say more than a payment needs.
                : new EventReading.Ignored();
        }
        catch (JsonException fault)
        {
            return new EventReading.Unreadable(fault.Message);
        }
    }
}
