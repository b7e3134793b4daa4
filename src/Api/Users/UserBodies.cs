using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using UserRoles = Granary.Grains.Interfaces.Users.Roles;

namespace Granary.Api.Users;

/// <summary>The body of <c>POST /users</c>.</summary>
public sealed record RegisterUserRequest
{
    [Required]
    public string? UserName { get; init; }

    /// <summary>Required, except of an API key with the scope <c>users:write</c>: without it the customer cannot log in.</summary>
    public string? Password { get; init; }

    public string? DisplayName { get; init; }

    /// <summary>Omits the password, so that it cannot get into logs.</summary>
    public override string ToString() => $"{nameof(RegisterUserRequest)} {UserName}";
}

/// <summary>The body of <c>POST /users/{id}/deposits</c>.</summary>
public sealed record DepositRequest
{
    /// <summary>Minor units.</summary>
    [Required]
    public long? Amount { get; init; }

    /// <summary>Must be the deployment's currency.</summary>
    [Required]
    public string? Currency { get; init; }

    /// <summary>Where the money comes from, such as the id of a bank transfer.</summary>
    public string? Reference { get; init; }
}

/// <summary>The body of <c>POST /users/{id}/withdrawals</c>.</summary>
public sealed record WithdrawRequest
{
    /// <summary>Minor units.</summary>
    [Required]
    public long? Amount { get; init; }

    /// <summary>Must be the deployment's currency.</summary>
    [Required]
    public string? Currency { get; init; }

    /// <summary>Where the money goes, such as the id of a bank transfer.</summary>
    public string? Reference { get; init; }
}

/// <summary>The body of <c>PUT /users/{id}/roles</c>.</summary>
public sealed record SetRolesRequest
{
    [Required]
    [Choices(UserRoles.Customer, UserRoles.Operator, UserRoles.Admin)]
    public IReadOnlyList<string?>? Roles { get; init; }
}

/// <summary>A user.</summary>
public sealed record UserBody(
    string Id,
    string UserName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? DisplayName,
    [property: Choices(UserRoles.Customer, UserRoles.Operator, UserRoles.Admin)] IReadOnlyList<string> Roles,
    [property: Choices(typeof(UserStatus))] string Status,
    WalletBody Wallet)
{
    /// <summary>Converts a user to its body.</summary>
    public static UserBody From(User user, Currency currency) => new(
        user.Id, user.UserName, user.DisplayName, user.Roles, Words.Of(user.Status), WalletBody.From(user.Wallet, currency));
}

/// <summary>A wallet.</summary>
/// <param name="Available">Money available for new orders.</param>
/// <param name="Held">Money held by unpaid orders.</param>
public sealed record WalletBody(Money Available, Money Held)
{
    /// <summary>Converts a wallet to its body.</summary>
    public static WalletBody From(Wallet wallet, Currency currency) =>
        new(currency.Of(wallet.Available), currency.Of(wallet.Held));
}
