namespace Granary.Grains.Interfaces.Users;

/// <summary>Registers a user.</summary>
/// <param name="UserName">The name to log in with.</param>
/// <param name="PasswordHash">The hash, in the format of the front end's password hasher; never the password.</param>
/// <param name="DisplayName">The name to address the user with, or null.</param>
/// <param name="Roles">Initial roles.</param>
[GenerateSerializer, Immutable, Alias("granary.register-user")]
public sealed record RegisterUser(
    [property: Id(0)] string UserName,
    [property: Id(1)] string PasswordHash,
    [property: Id(2)] string? DisplayName,
    [property: Id(3)] IReadOnlyList<string> Roles,
    [property: Id(4)] string By) : IRepeatable
{
    /// <summary>The idempotency key, or null.</summary>
    [Id(5)] public string? Key { get; init; }

    /// <summary>Only a command with a key can be repeated.</summary>
    public bool IsRepeatable => Key is not null;
}

/// <summary>Adds money to a wallet.</summary>
/// <param name="Amount">Minor units, at least 1.</param>
/// <param name="Key">The idempotency key, or null.</param>
/// <param name="Reference">Where the money comes from, such as the id of a bank transfer, or null.</param>
[GenerateSerializer, Immutable, Alias("granary.deposit-money")]
public sealed record DepositMoney(
    [property: Id(0)] long Amount,
    [property: Id(1)] string? Key,
    [property: Id(2)] string By,
    [property: Id(3)] string? Reference = null) : IRepeatable
{
    /// <summary>Only a command with a key can be repeated.</summary>
    public bool IsRepeatable => Key is not null;
}

/// <summary>Pays money out of a wallet.</summary>
/// <param name="Amount">Minor units, at least 1.</param>
/// <param name="Reference">Where the money went, such as the id of a bank transfer, or null.</param>
/// <param name="Key">The idempotency key, or null.</param>
[GenerateSerializer, Immutable, Alias("granary.withdraw-money")]
public sealed record WithdrawMoney(
    [property: Id(0)] long Amount,
    [property: Id(1)] string? Reference,
    [property: Id(2)] string? Key,
    [property: Id(3)] string By) : IRepeatable
{
    /// <summary>Only a command with a key can be repeated.</summary>
    public bool IsRepeatable => Key is not null;
}

/// <summary>Holds money for one attempt of an order.</summary>
/// <param name="Amount">Minor units, at least 0.</param>
[GenerateSerializer, Immutable, Alias("granary.hold-money")]
public sealed record HoldMoney(
    [property: Id(0)] string OrderId,
    [property: Id(1)] long Attempt,
    [property: Id(2)] long Amount)
{
    /// <summary>
    /// The commit group of the order that is being placed. It does not travel: null on another silo, and where the caller relies
    /// on the hold only when that is durable.
    /// </summary>
    [field: NonSerialized]
    public ICommitGroup? Group { get; init; }

    /// <summary>The variant of the settings that the order is under; null for none.</summary>
    [Id(3)] public string? SettingsVariant { get; init; }
}

/// <summary>A user as readers see it.</summary>
[GenerateSerializer, Immutable, Alias("granary.user")]
public sealed record User
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string UserName { get; init; }
    [Id(2)] public string? DisplayName { get; init; }
    [Id(3)] public required IReadOnlyList<string> Roles { get; init; }
    [Id(4)] public required UserStatus Status { get; init; }
    [Id(5)] public required Wallet Wallet { get; init; }
    [Id(6)] public required long Version { get; init; }

    /// <summary>Tokens of an earlier generation have ended; 0 from a silo of release 0.1.0.</summary>
    [Id(7)] public long TokenGeneration { get; init; }

    /// <summary>Whether the user has as many unpaid orders as may be; false from a silo of release 0.1.0.</summary>
    [Id(8)] public bool IsAtOrderLimit { get; init; }
}

/// <summary>
/// A wallet in minor units. <c>deposited = available + held + spent − refunded + withdrawn</c>, where spent counts every capture.
/// </summary>
[GenerateSerializer, Immutable, Alias("granary.wallet")]
public sealed record Wallet(
    [property: Id(0)] long Available,
    [property: Id(1)] long Held,
    [property: Id(2)] long Spent,
    [property: Id(3)] long Refunded,
    [property: Id(4)] long Deposited,
    [property: Id(5)] long Withdrawn = 0);

/// <summary>The data for verifying a login.</summary>
/// <param name="TokenGeneration">The generation of a token that is issued now.</param>
[GenerateSerializer, Immutable, Alias("granary.user-credential")]
public sealed record UserCredential(
    [property: Id(0)] string PasswordHash,
    [property: Id(1)] UserStatus Status,
    [property: Id(2)] IReadOnlyList<string> Roles,
    [property: Id(3)] long TokenGeneration = 0);

/// <summary>A user, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("granary.user-reply")]
public sealed record UserReply(
    [property: Id(0)] User? User,
    [property: Id(1)] Refusal? Refusal = null,
    [property: Id(2)] bool Replayed = false);

/// <summary>Whether a user may act.</summary>
public enum UserStatus
{
    /// <summary>No user registered under this id.</summary>
    None,
    Active,
    Suspended,
    Closed,
}

/// <summary>The roles of the platform.</summary>
public static class Roles
{
    /// <summary>Places and pays for the customer's own orders.</summary>
    public const string Customer = "customer";

    /// <summary>Runs the warehouse: stock and fulfilment.</summary>
    public const string Operator = "operator";

    /// <summary>May do everything.</summary>
    public const string Admin = "admin";

    /// <summary>All roles.</summary>
    public static readonly IReadOnlyList<string> All = [Customer, Operator, Admin];
}
