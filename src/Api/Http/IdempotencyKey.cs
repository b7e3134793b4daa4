using Microsoft.Extensions.Primitives;

namespace Granary.Api.Http;

/// <summary>The <c>Idempotency-Key</c> of a request (draft-ietf-httpapi-idempotency-key-header).</summary>
public static class IdempotencyKey
{
    /// <summary>The header that carries the key.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The header that marks a response as that of an earlier request.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    private const int LongestKey = 255;

    /// <summary>The key of a request that must have one; empty if the request is not valid.</summary>
    public static string Required(StringValues header, Validation validation)
    {
        validation.Require(header.Count > 0, Header, "is required");
        return From(header, validation) ?? "";
    }

    /// <summary>The key, or null if the request has none.</summary>
    public static string? From(StringValues header, Validation validation)
    {
        if (header.Count == 0)
        {
            return null;
        }

        if (header is [{ Length: > 0 and <= LongestKey } key] && !key.AsSpan().ContainsAnyExcept(RequestIds.VisibleAscii))
        {
            return key;
        }

        validation.Add(Header, "must be 1 to 255 visible ASCII characters");
        return null;
    }
}
