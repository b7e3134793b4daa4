namespace Granary.Client;

/// <summary>A user.</summary>
/// <param name="Status"><c>active</c>, <c>suspended</c> or <c>closed</c>.</param>
public sealed record User(
    string Id, string UserName, string? DisplayName, IReadOnlyList<string> Roles, string Status, Wallet Wallet);

/// <summary>A wallet.</summary>
/// <param name="Available">What new orders can hold.</param>
/// <param name="Held">What unpaid orders hold.</param>
public sealed record Wallet(Money Available, Money Held);
