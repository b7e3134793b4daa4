namespace Granary.Client;

/// <summary>A user.</summary>
/// <param name="Status"><c>active</c>, <c>suspended</c> or <c>closed</c>.</param>
public sealed record User(
    string Id, string UserName, string? DisplayName, IReadOnlyList<string> Roles, string Status, Wallet Wallet);

/// <summary>A wallet.</summary>
/// <param name="Available">Money available for new orders.</param>
/// <param name="Held">Money held by unpaid orders.</param>
public sealed record Wallet(Money Available, Money Held);
