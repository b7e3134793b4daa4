using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Domain.Claims;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Users;

/// <summary>A user and the wallet as their events have made them. Amounts are minor units.</summary>
public sealed record UserState : IAggregate<UserState, UserEvent>
{
    private static readonly ImmutableDictionary<string, Withdrawal> NoWithdrawals =
        ImmutableDictionary.Create<string, Withdrawal>(StringComparer.Ordinal);

    public required string Id { get; init; }
    public long Version { get; init; }
    public UserStatus Status { get; init; }
    public string UserName { get; init; } = "";
    public string PasswordHash { get; init; } = "";
    public string? DisplayName { get; init; }
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>
    /// Deposits less withdrawals. A silo of release 0.1.0 that reads a snapshot of this one during an upgrade knows only this
    /// member, so it must not count money that has left the wallet.
    /// </summary>
    public long Deposited { get; init; }

    /// <summary>Every withdrawal.</summary>
    public long Withdrawn { get; init; }

    /// <summary>Every capture, refunded or not.</summary>
    public long Spent { get; init; }

    public long Refunded { get; init; }

    /// <summary>What orders hold or have captured and may still give back.</summary>
    public ClaimBook Claims { get; init; } = ClaimBook.Empty;

    /// <summary>The deposits that came with an idempotency key: key to amount.</summary>
    public ImmutableDictionary<string, long> Deposits { get; init; } =
        ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>
    /// The withdrawals that came with an idempotency key, by caller and key; null before the first, as in snapshots of release 0.1.0.
    /// </summary>
    public ImmutableDictionary<string, Withdrawal>? Withdrawals { get; init; }

    /// <inheritdoc/>
    public static EventCodec<UserEvent> Codec => UserEvent.Codec;

    /// <summary>Money that is set aside for orders.</summary>
    [JsonIgnore]
    public long Held => Claims.Reserved;

    /// <summary>Money that can be held.</summary>
    [JsonIgnore]
    public long Available => Deposited - Spent + Refunded - Held;

    /// <inheritdoc/>
    public static UserState Initial(string key) => new() { Id = key };

    /// <inheritdoc/>
    public static string StreamOf(string key) => JournalStream.OfUser(key);

    /// <inheritdoc/>
    public UserState Apply(UserEvent domainEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        var next = this with { Version = Version + 1 };
        return domainEvent switch
        {
            MoneyHeld e => next with { Claims = Claims.Reserve(e.Order, e.Attempt, e.Amount, at) },
            HoldAttemptReleased e => next with { Claims = Claims.ReleaseAttempt(e.Order, e.Attempt) },
            HoldAmended e => next with { Claims = Claims.Secure(e.Order, e.OrderVersion, e.Amount, e.Attempts) },
            HoldReleased e => next with { Claims = Claims.Secure(e.Order, e.OrderVersion, 0, e.Attempts) },
            MoneyCaptured e => next with
            {
                Claims = Claims.Pay(e.Order, e.OrderVersion, e.Amount, e.Attempts),
                Spent = Spent + e.Amount,
            },
            MoneyRefunded e => next with
            {
                Claims = Claims.ClearPaid(e.Order, e.OrderVersion),
                Refunded = Refunded + e.Amount,
            },
            CaptureClosed e => next with { Claims = Claims.ClearPaid(e.Order, e.OrderVersion) },
            MoneyDeposited e => next with
            {
                Deposited = Deposited + e.Amount,
                Deposits = e.Key is { } key ? Deposits.SetItem(key, e.Amount) : Deposits,
            },
            MoneyWithdrawn e => next with
            {
                Deposited = Deposited - e.Amount,
                Withdrawn = Withdrawn + e.Amount,
                Withdrawals = e.Key is { } key
                    ? (Withdrawals ?? NoWithdrawals).SetItem(Withdrawal.KeyOf(e.By, key), new Withdrawal(e.Amount, e.Reference))
                    : Withdrawals,
            },
            UserRegistered e => next with
            {
                Status = UserStatus.Active,
                UserName = e.UserName,
                PasswordHash = e.PasswordHash,
                DisplayName = e.DisplayName,
                Roles = e.Roles,
            },
            PasswordChanged e => next with { PasswordHash = e.PasswordHash },
            RolesChanged e => next with { Roles = e.Roles },
            UserWasSuspended => next with { Status = UserStatus.Suspended },
            UserReactivated => next with { Status = UserStatus.Active },
            UserClosed => next with { Status = UserStatus.Closed },
            _ => throw new InvalidOperationException($"A user has no event {domainEvent.GetType().Name}."),
        };
    }

    /// <summary>The user as readers see it.</summary>
    public User ToUser() => new()
    {
        Id = Id,
        UserName = UserName,
        DisplayName = DisplayName,
        Roles = Roles,
        Status = Status,
        Wallet = new Wallet(Available, Held, Spent, Refunded, Deposited + Withdrawn, Withdrawn),
        Version = Version,
    };
}

/// <summary>A withdrawal that a repeated request is compared with.</summary>
/// <param name="Amount">Minor units.</param>
/// <param name="Reference">Where the money went, or null.</param>
public sealed record Withdrawal(long Amount, string? Reference)
{
    /// <summary>Keys of different callers are different keys.</summary>
    public static string KeyOf(string by, string key) => $"{by} {key}";
}
