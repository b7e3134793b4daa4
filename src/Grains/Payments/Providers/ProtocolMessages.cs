using System.Text.Json.Serialization;
using Granary.Domain.Payments;

namespace Granary.Grains.Payments.Providers;

/// <summary>What a call asks for. Amounts are minor units.</summary>
internal sealed record ProtocolRequest(long? Amount = null, string? Currency = null, string? Token = null, string? ReturnUrl = null);

/// <summary>An operation as the provider has it.</summary>
/// <param name="Status"><c>succeeded</c>, <c>requires_action</c>, <c>declined</c>, <c>rejected</c> or <c>expired</c>.</param>
internal sealed record ProtocolOperation(
    string? Key,
    string? Payment,
    string? Kind,
    string? Status,
    long Amount,
    string? Code,
    string? Reference,
    ProtocolAction? NextAction,
    DateTimeOffset? AuthorizationExpiresAt,
    DateTimeOffset CreatedAt)
{
    // What it says is kept in the journal and shown.
    private const int LongestText = 255;
    private const int LongestAddress = 2_048;

    /// <summary>What it says of an operation of this kind. What cannot be read, or is longer than any provider needs, is no answer.</summary>
    public ProviderAnswer ToAnswer(OperationKind kind) => (kind, Status) switch
    {
        _ when Reference is { Length: > LongestText } || Code is { Length: > LongestText } => new ProviderAnswer.NoAnswer("unreadable"),
        (OperationKind.Authorize, "succeeded") when Reference is not null => new ProviderAnswer.Authorized(Reference, Amount, AuthorizationExpiresAt),
        (OperationKind.Authorize, "requires_action") when Reference is not null && IsAddress(NextAction?.Url) =>
            new ProviderAnswer.ActionRequired(Reference, NextAction!.Url!),
        (OperationKind.Authorize, "declined") => new ProviderAnswer.Declined(Code ?? "declined", Reference),
        (OperationKind.Capture, "succeeded") => new ProviderAnswer.Captured(Amount),
        (OperationKind.Void, "succeeded") => new ProviderAnswer.Voided(),
        (OperationKind.Refund, "succeeded") => new ProviderAnswer.Refunded(Amount),
        (_, "rejected") => new ProviderAnswer.Rejected(Code ?? "rejected"),
        (not OperationKind.Refund, "expired") => new ProviderAnswer.Expired(),
        _ => new ProviderAnswer.NoAnswer("unreadable"),
    };

    /// <summary>The payer's browser is sent there, so it must not be a script.</summary>
    private static bool IsAddress(string? url) =>
        url is { Length: <= LongestAddress } && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
}

/// <summary>Where the payer must act.</summary>
internal sealed record ProtocolAction(string? Url);

/// <summary>A page of the provider's list.</summary>
internal sealed record ProtocolPage(IReadOnlyList<ProtocolOperation>? Data, string? NextCursor);

/// <summary>Why a call was not taken.</summary>
internal sealed record ProtocolFault(string? Error)
{
    /// <summary>The request is malformed.</summary>
    public const string Invalid = "invalid_request";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProtocolEvent))]
[JsonSerializable(typeof(ProtocolRequest))]
[JsonSerializable(typeof(ProtocolOperation))]
[JsonSerializable(typeof(ProtocolPage))]
[JsonSerializable(typeof(ProtocolFault))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
