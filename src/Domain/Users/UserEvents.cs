using System.Text.Json.Serialization;
using Granary.Domain.Events;

namespace Granary.Domain.Users;

/// <summary>What happened to a user or the wallet. Amounts are minor units.</summary>
public abstract record UserEvent
{
    private const string AboutTheUser = "user.";

    /// <summary>How user events are written in the journal.</summary>
    public static EventCodec<UserEvent> Codec { get; } = new EventCodec<UserEvent>()
        .Add("user.registered", UserEventJson.Default.UserRegistered)
        .Add("user.password_changed", UserEventJson.Default.PasswordChanged)
        .Add("user.signed_out", UserEventJson.Default.UserSignedOut)
        .Add("user.roles_changed", UserEventJson.Default.RolesChanged)
        .Add("user.suspended", UserEventJson.Default.UserWasSuspended)
        .Add("user.reactivated", UserEventJson.Default.UserReactivated)
        .Add("user.closed", UserEventJson.Default.UserClosed)
        .Add("wallet.deposited", UserEventJson.Default.MoneyDeposited)
        .Add("wallet.withdrawn", UserEventJson.Default.MoneyWithdrawn)
        .Add("wallet.held", UserEventJson.Default.MoneyHeld)
        .Add("wallet.attempt_released", UserEventJson.Default.HoldAttemptReleased)
        .Add("wallet.hold_amended", UserEventJson.Default.HoldAmended)
        .Add("wallet.released", UserEventJson.Default.HoldReleased)
        .Add("wallet.captured", UserEventJson.Default.MoneyCaptured)
        .Add("wallet.refunded", UserEventJson.Default.MoneyRefunded)
        .Add("wallet.order_refunded", UserEventJson.Default.OrderMoneyReturned)
        .Add("wallet.capture_closed", UserEventJson.Default.CaptureClosed);

    /// <summary>Whether an event of this type changes what the user may do; events of the wallet do not.</summary>
    public static bool IsAboutAccess(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.StartsWith(AboutTheUser, StringComparison.Ordinal);
    }
}

/// <summary>The user exists.</summary>
/// <param name="PasswordHash">Empty for a user who cannot log in.</param>
/// <param name="Key">The caller's idempotency key, or null.</param>
public sealed record UserRegistered(
    string By, string UserName, string PasswordHash, string? DisplayName, IReadOnlyList<string> Roles, string? Key = null) : UserEvent;

/// <summary>The user's password has this hash from now on.</summary>
/// <param name="EndsTokens">True where it is another password, so that tokens issued until now end; null where only the hash is another.</param>
public sealed record PasswordChanged(string By, string PasswordHash, bool? EndsTokens = null) : UserEvent;

/// <summary>The tokens issued until now have ended.</summary>
public sealed record UserSignedOut(string By) : UserEvent;

/// <summary>The user has these roles from now on.</summary>
public sealed record RolesChanged(string By, IReadOnlyList<string> Roles) : UserEvent;

/// <summary>The user may not act for now.</summary>
public sealed record UserWasSuspended(string By) : UserEvent;

/// <summary>The user may act again.</summary>
public sealed record UserReactivated(string By) : UserEvent;

/// <summary>The account is closed for good.</summary>
public sealed record UserClosed(string By) : UserEvent;

/// <summary>Money came into the wallet.</summary>
/// <param name="OwnKey">True where the key is the caller's own; events of release 0.1.0 have keys that count for every caller.</param>
/// <param name="Reference">Where the money came from; null without one, and in events of release 0.1.0.</param>
public sealed record MoneyDeposited(string By, long Amount, string? Key, bool? OwnKey = null, string? Reference = null) : UserEvent;

/// <summary>Money left the wallet.</summary>
public sealed record MoneyWithdrawn(string By, long Amount, string? Reference, string? Key) : UserEvent;

/// <summary>An attempt at an order holds money.</summary>
public sealed record MoneyHeld(string Order, long Attempt, long Amount) : UserEvent;

/// <summary>An attempt gave its money back.</summary>
public sealed record HoldAttemptReleased(string Order, long Attempt) : UserEvent;

/// <summary>The order holds exactly this much; the attempts are part of it.</summary>
public sealed record HoldAmended(string Order, long OrderVersion, long Amount, IReadOnlyList<long> Attempts) : UserEvent;

/// <summary>The order holds nothing any more; the attempts were part of what it held.</summary>
public sealed record HoldReleased(string Order, long OrderVersion, IReadOnlyList<long> Attempts) : UserEvent;

/// <summary>The order is paid: held money is spent.</summary>
public sealed record MoneyCaptured(string Order, long OrderVersion, long Amount, IReadOnlyList<long> Attempts) : UserEvent;

/// <summary>The paid order was cancelled: spent money is back.</summary>
public sealed record MoneyRefunded(string Order, long OrderVersion, long Amount) : UserEvent;

/// <summary>Refunds that the order has decided are back, <paramref name="Amount"/> more than before; the order goes on.</summary>
public sealed record OrderMoneyReturned(string Order, long OrderVersion, long Amount) : UserEvent;

/// <summary>The order has left the house: its payment is final and need not be remembered.</summary>
public sealed record CaptureClosed(string Order, long OrderVersion) : UserEvent;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserRegistered))]
[JsonSerializable(typeof(PasswordChanged))]
[JsonSerializable(typeof(UserSignedOut))]
[JsonSerializable(typeof(RolesChanged))]
[JsonSerializable(typeof(UserWasSuspended))]
[JsonSerializable(typeof(UserReactivated))]
[JsonSerializable(typeof(UserClosed))]
[JsonSerializable(typeof(MoneyDeposited))]
[JsonSerializable(typeof(MoneyWithdrawn))]
[JsonSerializable(typeof(MoneyHeld))]
[JsonSerializable(typeof(HoldAttemptReleased))]
[JsonSerializable(typeof(HoldAmended))]
[JsonSerializable(typeof(HoldReleased))]
[JsonSerializable(typeof(MoneyCaptured))]
[JsonSerializable(typeof(MoneyRefunded))]
[JsonSerializable(typeof(CaptureClosed))]
[JsonSerializable(typeof(OrderMoneyReturned))]
internal sealed partial class UserEventJson : JsonSerializerContext;
