namespace Granary.Client;

/// <summary>A user.</summary>
/// <param name="Status"><c>active</c>, <c>suspended</c> or <c>closed</c>.</param>
public sealed record User(
    string Id, string UserName, string? DisplayName, IReadOnlyList<string> Roles, string Status, Wallet Wallet);

/// <summary>A movement of money into a wallet or out of it.</summary>
/// <param name="Type"><c>deposit</c>, <c>withdrawal</c>, <c>capture</c> or <c>refund</c>.</param>
/// <param name="Amount">Negative where the wallet has less after it.</param>
/// <param name="OrderId">The order that was paid or refunded.</param>
/// <param name="Reference">What was named with a deposit or withdrawal.</param>
/// <param name="Balance">What the wallet has after it, available and held.</param>
public sealed record WalletMovement(
    DateTimeOffset At, string Type, Money Amount, string? OrderId, string? Reference, Money Balance);

/// <summary>A wallet.</summary>
/// <param name="Available">Money available for new orders.</param>
/// <param name="Held">Money held by unpaid orders.</param>
public sealed record Wallet(Money Available, Money Held);
