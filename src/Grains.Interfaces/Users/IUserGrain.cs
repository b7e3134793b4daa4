using Granary.Grains.Interfaces.Orders;
using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Users;

/// <summary>One user and the wallet that pays the orders, keyed by user id (see <see cref="UserId"/>).</summary>
[Alias("granary.user-grain"), Version(1)]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Registers the user; refused with <see cref="UserNameTaken"/> when the name belongs to somebody.</summary>
    [Alias("register")]
    Task<UserReply> Register(RegisterUser command);

    /// <summary>The user, or <see cref="NotFound"/>.</summary>
    [Alias("get"), Idempotent]
    Task<UserReply> Get();

    /// <summary>What a login is checked against, or null when there is no such user.</summary>
    [Alias("credential"), Idempotent]
    Task<UserCredential?> GetCredential();

    /// <summary>Adds money to the wallet. Idempotent by key.</summary>
    [Alias("deposit"), Idempotent]
    Task<UserReply> Deposit(DepositMoney command);

    [Alias("set-roles")]
    Task<UserReply> SetRoles(IReadOnlyList<string> roles, string by);

    [Alias("set-password")]
    Task<UserReply> SetPassword(string passwordHash, string by);

    [Alias("suspend")]
    Task<UserReply> Suspend(string by);

    [Alias("reactivate")]
    Task<UserReply> Reactivate(string by);

    /// <summary>Closes the account for good; refused while orders hold money.</summary>
    [Alias("close")]
    Task<UserReply> Close(string by);

    /// <summary>Holds money for one attempt of an order. Idempotent by (order, attempt).</summary>
    /// <returns>Null when held; otherwise why not.</returns>
    [Alias("hold"), Idempotent]
    Task<Refusal?> Hold(HoldMoney command);

    /// <summary>Releases what one attempt holds. Idempotent.</summary>
    [Alias("release"), Idempotent]
    Task Release(string orderId, long attempt);

    /// <summary>Brings what is kept for an order in step with what the order has decided. Idempotent; stale verdicts are ignored.</summary>
    [Alias("align")]
    Task Align(OrderStanding standing);
}
