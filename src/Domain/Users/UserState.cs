using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Domain.Claims;
using Granary.Domain.Events;
using Granary.Domain.Idempotency;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Users;

/// <summary>A user and the wallet as their events have made them. Amounts are minor units.</summary>
public sealed record UserState : IAggregate<UserState, UserEvent>
{
    /// <summary>The operation of <see cref="MoneyDeposited"/>, as idempotency keys name it.</summary>
    internal const string Deposit = "deposit";

    /// <summary>The operation of <see cref="MoneyWithdrawn"/>, as idempotency keys name it.</summary>
    internal const string Withdraw = "withdraw";

    public required string Id { get; init; }
    public long Version { get; init; }
    public UserStatus Status { get; init; }
    public string UserName { get; init; } = "";
    public string PasswordHash { get; init; } = "";
    public string? DisplayName { get; init; }
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The registration that came with an idempotency key; null if it had none.</summary>
    public Registration? Registration { get; init; }

    /// <summary>Counts the events that have ended the tokens issued before them; 0 in snapshots of earlier releases.</summary>
    public long TokenGeneration { get; init; }

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

    /// <summary>
    /// What refunds of an order have given back, by order; null before the first, as in snapshots of earlier releases. It outlives the
    /// order's claim, because an order can be refunded after it has left the house.
    /// </summary>
    public ImmutableDictionary<string, long>? Returned { get; init; }

    /// <summary>
    /// The requests that came with an idempotency key; null before the first, as in snapshots of earlier releases.
    /// </summary>
    public KeyBook<Wallet>? Keys { get; init; }

    /// <summary>
    /// The deposits that came with an idempotency key, key to amount, as release 0.1.0 stores them, without their callers. Still
    /// written, because a silo of that release that reads a snapshot during an upgrade knows no other member.
    /// </summary>
    public ImmutableDictionary<string, long> Deposits { get; init; } =
        ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>
    /// The withdrawals in snapshots from before <see cref="Keys"/>, by caller and key. Not written any more.
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

    private Wallet Wallet => new(Available, Held, Spent, Refunded, Deposited + Withdrawn, Withdrawn);

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
            HoldAmended { Amount: 0 } e => next with { Claims = Claims.SecureNothing(e.Order, e.OrderVersion, e.Attempts) },
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
            OrderMoneyReturned e => next with
            {
                Claims = Claims.Return(e.Order, e.OrderVersion, e.Amount),
                Refunded = Refunded + e.Amount,
                Returned = (Returned ?? ImmutableDictionary.Create<string, long>(StringComparer.Ordinal))
                    .SetItem(e.Order, ReturnedOf(e.Order) + e.Amount),
            },
            CaptureClosed e => next with { Claims = Claims.ClearPaid(e.Order, e.OrderVersion) },
            MoneyDeposited e => (next with
            {
                Deposited = Deposited + e.Amount,
                Deposits = e.Key is { } key ? Deposits.SetItem(key, e.Amount) : Deposits,
            }).Answered(Deposit, e.OwnKey == true ? e.By : null, e.Key, new KeyedContent(e.Amount, e.Reference)),
            MoneyWithdrawn e => (next with
            {
                Deposited = Deposited - e.Amount,
                Withdrawn = Withdrawn + e.Amount,
            }).Answered(Withdraw, e.By, e.Key, new KeyedContent(e.Amount, e.Reference)),
            UserRegistered e => next with
            {
                Status = UserStatus.Active,
                UserName = e.UserName,
                PasswordHash = e.PasswordHash,
                DisplayName = e.DisplayName,
                Roles = e.Roles,
                Registration = e.Key is null ? null : new Registration(e.By, e.Key, e.UserName, e.DisplayName),
            },
            PasswordChanged e => next with { PasswordHash = e.PasswordHash, TokenGeneration = TokenGeneration + (e.EndsTokens == true ? 1 : 0) },
            UserSignedOut => next with { TokenGeneration = TokenGeneration + 1 },
            RolesChanged e => next with { Roles = e.Roles },
            UserWasSuspended => next with { Status = UserStatus.Suspended, TokenGeneration = TokenGeneration + 1 },
            UserReactivated => next with { Status = UserStatus.Active },
            UserClosed => next with { Status = UserStatus.Closed },
            _ => throw new InvalidOperationException($"A user has no event {domainEvent.GetType().Name}."),
        };
    }

    /// <summary>The user as readers see it.</summary>
    /// <param name="mostUnpaid">How many orders of the user may be open and not paid; 0 is no limit.</param>
    public User ToUser(int mostUnpaid = 0) => new()
    {
        Id = Id,
        UserName = UserName,
        DisplayName = DisplayName,
        Roles = Roles,
        Status = Status,
        Wallet = Wallet,
        Version = Version,
        TokenGeneration = TokenGeneration,
        IsAtOrderLimit = Claims.IsFull(mostUnpaid),
    };

    /// <summary>What refunds of an order have given back so far, in minor units.</summary>
    public long ReturnedOf(string order) => Returned?.GetValueOrDefault(order) ?? 0;

    /// <summary>The wallet that a deposit under this key was answered with; null when that is not known.</summary>
    public Wallet? AnswerTo(DepositMoney command) =>
        command.Key is { } key ? Keys?.Find(Deposit, command.By, key)?.Answer : null;

    /// <summary>The wallet that a withdrawal under this key was answered with; null when that is not known.</summary>
    public Wallet? AnswerTo(WithdrawMoney command) =>
        command.Key is { } key ? Keys?.Find(Withdraw, command.By, key)?.Answer : null;

    /// <summary>What a caller has asked for under a key, or null.</summary>
    /// <param name="reference">
    /// What the caller asks for now, where it is not known what was asked for first: release 0.1.0, whose requests have no caller, stores
    /// no reference of a deposit, also of one that a new front end has sent it during a rolling upgrade.
    /// </param>
    internal KeyedContent? Earlier(string operation, string by, string? key, string? reference) =>
        key is null ? null
        : Keys?.Find(operation, by, key) is { } request ? request.By is null ? request.Content with { Text = reference } : request.Content
        : Keys?.Has(operation, key) == true ? null
        : OfEarlierRelease(operation, by, key, reference);

    /// <summary>What an earlier release has stored of a request: of a deposit the amount, which counts for every caller.</summary>
    private KeyedContent? OfEarlierRelease(string operation, string by, string key, string? reference) =>
        operation == Deposit ? Deposits.TryGetValue(key, out var amount) ? new KeyedContent(amount, reference) : null
        : Withdrawals?.GetValueOrDefault($"{by} {key}") is { } withdrawal ? new KeyedContent(withdrawal.Amount, withdrawal.Reference)
        : null;

    private UserState Answered(string operation, string? by, string? key, KeyedContent content) =>
        key is null ? this : this with { Keys = (Keys ?? KeyBook<Wallet>.Empty).Add(operation, key, new KeyedRequest<Wallet>(by, content, Wallet)) };
}

/// <summary>What a repeated registration is compared with.</summary>
public sealed record Registration(string By, string Key, string UserName, string? DisplayName);

/// <summary>A withdrawal as snapshots from before <see cref="UserState.Keys"/> have it.</summary>
/// <param name="Amount">Minor units.</param>
/// <param name="Reference">Where the money went, or null.</param>
public sealed record Withdrawal(long Amount, string? Reference);
