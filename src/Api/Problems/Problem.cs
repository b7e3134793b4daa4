using System.Text.Json.Serialization;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Api.Problems;

/// <summary>Problem details (RFC 9457) with the extension members of this API. Members that do not apply are left out.</summary>
public sealed record Problem
{
    public required string Type { get; init; }

    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened in this occurrence, for a person to read.</summary>
    public string? Detail { get; init; }

    /// <summary>The id of the request in the server's logs and traces.</summary>
    public string? RequestId { get; init; }

    /// <summary>What is wrong, by field. A field of a list is named like <c>items[0].quantity</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The lines that caused the refusal.</summary>
    public IReadOnlyList<ProblemLine>? Lines { get; init; }

    /// <summary>The status of the order, product, user, payment or webhook that refused.</summary>
    [Choices(typeof(OrderStatus), typeof(StockStatus), typeof(UserStatus), typeof(PaymentStatus), Further = ["enabled", "disabled"])]
    public string? CurrentStatus { get; init; }

    /// <summary>What the current status permits.</summary>
    public IReadOnlyList<string>? AllowedActions { get; init; }

    /// <summary>The number that may not be exceeded.</summary>
    public long? Limit { get; init; }

    /// <summary>The user id of the operator who has taken the order.</summary>
    public string? By { get; init; }

    /// <summary>The scope that the API key would need.</summary>
    public string? RequiredScope { get; init; }

    /// <summary>The order that has what the request asked for.</summary>
    public string? OrderId { get; init; }

    /// <summary>The external payment that the problem is about.</summary>
    public string? PaymentId { get; init; }

    /// <summary>Why the provider declined the payment, in its own words.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>What can be refunded.</summary>
    public Money? Refundable { get; init; }

    /// <summary>The version that <c>If-Match</c> would have to name.</summary>
    public long? CurrentVersion { get; init; }

    /// <summary>The amount asked for.</summary>
    public Money? Required { get; init; }

    /// <summary>The amount that is available in the wallet.</summary>
    public Money? Available { get; init; }

    /// <summary>The amount that orders hold in the wallet.</summary>
    public Money? Held { get; init; }

    /// <summary>The setting that refused.</summary>
    public string? Key { get; init; }

    /// <summary>Seconds after which to try again; sent as <c>Retry-After</c>.</summary>
    [JsonIgnore]
    public int? RetryAfter { get; init; }

    /// <summary>A problem of this type.</summary>
    public static Problem Of(ProblemType type, string? detail = null) =>
        new() { Type = type.Uri, Title = type.Title, Status = type.Status, Detail = detail ?? type.Meaning };
}

/// <summary>One line that caused the refusal.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Requested">Units asked for, if the number caused the refusal.</param>
/// <param name="Available">Units available, if the number caused the refusal.</param>
public sealed record ProblemLine(string Sku, long? Requested = null, long? Available = null);
