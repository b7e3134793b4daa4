using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Users;

/// <summary>The statements of wallets for front ends, which need no access to the journal.</summary>
[Alias("granary.statement-grain"), Version(1)]
public interface IStatementGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// A page of a user's statement, oldest first; null for an unknown user. A call reads a bounded part of the user's events, so a page
    /// may be shorter than its limit, and even empty, while <see cref="StatementPage.Next"/> says that the statement goes on.
    /// </summary>
    [Alias("read"), Idempotent]
    Task<StatementPage?> Read(string userId, StatementQuery query);
}

/// <summary>A page of a statement.</summary>
/// <param name="Limit">Maximum number of movements, at least 1.</param>
/// <param name="From">The statement begins at the first movement that is not before this time; null for the first of all.</param>
/// <param name="To">The statement ends before the first movement that is not before this time; null for all.</param>
/// <param name="After">Where the page before ended; null for the first page.</param>
[GenerateSerializer, Immutable, Alias("granary.statement-query")]
public sealed record StatementQuery(
    [property: Id(0)] int Limit,
    [property: Id(1)] DateTimeOffset? From = null,
    [property: Id(2)] DateTimeOffset? To = null,
    [property: Id(3)] StatementPlace? After = null);

/// <summary>A place in a statement. It has the balance, so that the next page reads only its own part of the events.</summary>
/// <param name="Version">The version of the user up to which events have been read.</param>
/// <param name="Balance">What the wallet has there, available and held, in minor units.</param>
/// <param name="Begun">Whether the statement has begun; false while its <c>from</c> is still looked for.</param>
[GenerateSerializer, Immutable, Alias("granary.statement-place")]
public sealed record StatementPlace([property: Id(0)] long Version, [property: Id(1)] long Balance, [property: Id(2)] bool Begun)
{
    /// <summary>Before the first event.</summary>
    public static StatementPlace Start { get; } = new(0, 0, false);
}

/// <summary>A page of a statement.</summary>
/// <param name="Movements">Oldest first.</param>
/// <param name="Next">Where the next page begins; null on the last page.</param>
[GenerateSerializer, Immutable, Alias("granary.statement-page")]
public sealed record StatementPage(
    [property: Id(0)] IReadOnlyList<WalletMovement> Movements,
    [property: Id(1)] StatementPlace? Next);

/// <summary>A movement of money into a wallet or out of it.</summary>
/// <param name="Version">The user's version with which it happened.</param>
/// <param name="Amount">Minor units; negative where the wallet has less after it.</param>
/// <param name="OrderId">The order that was paid or refunded; null for a deposit or withdrawal.</param>
/// <param name="Reference">What the caller named of a deposit or withdrawal, or null.</param>
/// <param name="Balance">What the wallet has after it, available and held, in minor units.</param>
[GenerateSerializer, Immutable, Alias("granary.wallet-movement")]
public sealed record WalletMovement(
    [property: Id(0)] long Version,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] MovementType Type,
    [property: Id(3)] long Amount,
    [property: Id(4)] string? OrderId,
    [property: Id(5)] string? Reference,
    [property: Id(6)] long Balance);

/// <summary>Why money moved.</summary>
public enum MovementType
{
    /// <summary>Money came in.</summary>
    Deposit,

    /// <summary>Money was paid out.</summary>
    Withdrawal,

    /// <summary>An order was paid.</summary>
    Capture,

    /// <summary>A paid order was cancelled.</summary>
    Refund,
}
