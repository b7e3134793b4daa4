using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Granary.Baselines;

/// <summary>
/// A valid order: lines merged and sorted by SKU, so that all commands take locks in the same order.
/// </summary>
/// <param name="Id">Derived from user and idempotency key, or fresh (UUID version 7) without one.</param>
/// <param name="UserId">The buyer, who pays.</param>
/// <param name="Skus">Unique SKUs, ascending by ordinal.</param>
/// <param name="Quantities">Units per SKU.</param>
/// <param name="ShippingAddress">As received.</param>
/// <param name="Note">As received.</param>
/// <param name="Fingerprint">Hash of the body under an idempotency key, or null without one.</param>
public sealed record OrderCommand(
    Guid Id,
    string UserId,
    string[] Skus,
    long[] Quantities,
    JsonElement? ShippingAddress,
    string? Note,
    byte[]? Fingerprint)
{
    private const int MaxLines = 100;
    private const long MaxQuantity = 10_000;
    private const int MaxKeyLength = 255;
    private const int MaxTextLength = 1_000;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Validates a request as the product's contract requires.</summary>
    /// <returns>The command, or the problem to answer with.</returns>
    public static (OrderCommand? Command, ProblemDocument? Problem) From(PlaceOrderRequest request, string? key, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Items is not { Count: >= 1 and <= MaxLines })
        {
            return Invalid("items: 1 to 100 are allowed");
        }

        if (string.IsNullOrEmpty(request.UserId))
        {
            return Invalid("user_id is missing");
        }

        if (request.Note?.Length > MaxTextLength)
        {
            return Invalid("note is too long");
        }

        if (key is not null && (key.Length is 0 or > MaxKeyLength || key.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            return Invalid("Idempotency-Key: 1 to 255 visible characters");
        }

        if (request.Timestamp is { } timestamp && Math.Abs(now.ToUnixTimeMilliseconds() - timestamp) > ClockTolerance.TotalMilliseconds)
        {
            return (null, new("/problems/stale-request", "The request is too old or from the future.", 400));
        }

        return Merge(request.Items) is not { } lines
            ? Invalid("items: each needs a sku and a quantity of 1 to 10,000")
            : (Create(request, key, lines), null);
    }

    private static (OrderCommand?, ProblemDocument?) Invalid(string detail) =>
        (null, new("/problems/validation", "The request is not valid.", 400, detail));

    private static SortedList<string, long>? Merge(IReadOnlyList<RequestedItem> items)
    {
        var lines = new SortedList<string, long>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (string.IsNullOrEmpty(item.Sku) || item.Quantity < 1)
            {
                return null;
            }

            var quantity = lines.GetValueOrDefault(item.Sku) + item.Quantity;
            if (item.Quantity > MaxQuantity || quantity > MaxQuantity)
            {
                return null;
            }

            lines[item.Sku] = quantity;
        }

        return lines;
    }

    private static OrderCommand Create(PlaceOrderRequest request, string? key, SortedList<string, long> lines)
    {
        var id = key is null ? Guid.CreateVersion7() : IdOf(request.UserId!, key);
        var fingerprint = key is null ? null : FingerprintOf(request, lines);
        return new(id, request.UserId!, [.. lines.Keys], [.. lines.Values], request.ShippingAddress, request.Note, fingerprint);
    }

    private static Guid IdOf(string userId, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{userId}\n{key}"), hash);
        return new Guid(hash[..16]);
    }

    private static byte[] FingerprintOf(PlaceOrderRequest request, SortedList<string, long> lines)
    {
        var text = new StringBuilder();
        foreach (var (sku, quantity) in lines)
        {
            text.Append(sku).Append('\t').Append(quantity).Append('\n');
        }

        text.Append(request.Note).Append('\n').Append(request.ShippingAddress?.GetRawText());
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
