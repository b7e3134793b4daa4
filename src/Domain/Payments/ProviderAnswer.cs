namespace Granary.Domain.Payments;

/// <summary>
/// What a provider says of an operation, in the answer to the call or when it is asked by the operation's key. An adapter maps
/// what its provider sends to one of these; it decides nothing.
/// </summary>
public abstract record ProviderAnswer
{
    private ProviderAnswer()
    {
    }

    /// <summary>The amount is set aside.</summary>
    /// <param name="Reference">The provider's id of the payment.</param>
    /// <param name="Amount">Minor units.</param>
    /// <param name="ExpiresAt">When the provider drops the authorization, if it says so.</param>
    public sealed record Authorized(string Reference, long Amount, DateTimeOffset? ExpiresAt = null) : ProviderAnswer;

    /// <summary>The payer must act at <paramref name="Url"/>.</summary>
    public sealed record ActionRequired(string Reference, string Url) : ProviderAnswer;

    /// <summary>The payer's bank refuses the authorization.</summary>
    public sealed record Declined(string Code, string? Reference = null) : ProviderAnswer;

    /// <summary>The amount was captured.</summary>
    public sealed record Captured(long Amount) : ProviderAnswer;

    /// <summary>Nothing is set aside any more.</summary>
    public sealed record Voided : ProviderAnswer;

    /// <summary>This amount went back by this operation.</summary>
    public sealed record Refunded(long Amount) : ProviderAnswer;

    /// <summary>The operation is refused for good, and nothing of it was done.</summary>
    public sealed record Rejected(string Code) : ProviderAnswer;

    /// <summary>The authorization ended before the operation.</summary>
    public sealed record Expired : ProviderAnswer;

    /// <summary>The provider does not know the key: it has not received the operation.</summary>
    public sealed record NotKnown : ProviderAnswer;

    /// <summary>
    /// The provider has not said: a timeout, a fault, or a breaker that kept the call back. It is not a failure of the operation.
    /// </summary>
    /// <param name="IsUndecided">The provider has answered, and has not decided yet. It is no failure of the provider, either.</param>
    public sealed record NoAnswer(string Reason, bool IsUndecided = false) : ProviderAnswer;
}

/// <summary>What an event of the provider says.</summary>
public enum ProviderEventType
{
    Authorized,
    ActionRequired,
    Declined,
    Captured,
    Voided,
    Refunded,
    RefundFailed,
    AuthorizationExpired,
    Disputed,
}

/// <summary>A signed event of the provider about one payment.</summary>
/// <param name="Id">The provider's id of the event, the same whenever it is sent again.</param>
/// <param name="Amount">What was captured, or refunded in all, in minor units; null where the event has none.</param>
public sealed record ProviderEvent(string Id, ProviderEventType Type, long? Amount = null);
