using Granary.Grains.Interfaces.Orders;
using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Users;

/// <summary>One user and the wallet that pays for the user's orders, keyed by user id (see <see cref="UserId"/>).</summary>
[Alias("granary.user-grain"), Version(1)]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>
    /// Registers the user; refused with <see cref="UserNameTaken"/> if another user has the name. A repetition under the same key by the same
    /// caller changes nothing (<see cref="UserReply.Replayed"/>); it does not compare passwords.
    /// </summary>
    [Alias("register"), Idempotent]
    Task<UserReply> Register(RegisterUser command);

    /// <summary>The user, or <see cref="NotFound"/>.</summary>
    [Alias("get"), Idempotent]
    Task<UserReply> Get();

    /// <summary>The data for verifying a login, or null if there is no such user.</summary>
    [Alias("credential"), Idempotent]
    Task<UserCredential?> GetCredential();

    /// <summary>Adds money to the wallet. Idempotent by caller and key.</summary>
    [Alias("deposit"), Idempotent]
    Task<UserReply> Deposit(DepositMoney command);

    /// <summary>
    /// Pays money out of the wallet, at most what is available; otherwise refused with <see cref="InsufficientFunds"/>. Idempotent
    /// by caller and key.
    /// </summary>
    [Alias("withdraw"), Idempotent]
    Task<UserReply> Withdraw(WithdrawMoney command);

    [Alias("set-roles")]
    Task<UserReply> SetRoles(IReadOnlyList<string> roles, string by);

    /// <summary>Stores another hash of the same password. Front ends of release 0.1.0 call it; others call <see cref="Rehash"/>.</summary>
    [Alias("set-password")]
    Task<UserReply> SetPassword(string passwordHash, string by);

    /// <summary>Stores another hash of the password whose hash was verified, unless the user has another password by now.</summary>
    [Alias("rehash"), Idempotent]
    Task<UserReply> Rehash(string verified, string passwordHash, string by);

    /// <summary>
    /// Replaces the password whose hash was verified, and ends all of the user's tokens; changes nothing
    /// (<see cref="UserReply.Replayed"/>) if the user has another password by now.
    /// </summary>
    [Alias("change-password")]
    Task<UserReply> ChangePassword(string verified, string passwordHash, string by);

    /// <summary>Ends all of the user's tokens.</summary>
    [Alias("sign-out")]
    Task<UserReply> SignOut(string by);

    [Alias("suspend")]
    Task<UserReply> Suspend(string by);

    [Alias("reactivate")]
    Task<UserReply> Reactivate(string by);

    /// <summary>
    /// Closes the account permanently; refused with <see cref="WalletNotEmpty"/> while money is available or held, and while a paid
    /// order may still give some back.
    /// </summary>
    [Alias("close")]
    Task<UserReply> Close(string by);

    /// <summary>Holds money for one attempt of an order. Idempotent by (order, attempt).</summary>
    /// <returns>Null if held; otherwise the refusal.</returns>
    [Alias("hold"), Idempotent(LeavesConflicts = true)]
    Task<Refusal?> Hold(HoldMoney command);

    /// <summary>Releases the hold of one attempt. Idempotent.</summary>
    [Alias("release"), Idempotent(LeavesConflicts = true)]
    Task Release(string orderId, long attempt);

    /// <summary>Aligns the records kept for an order with the order's decision. Idempotent; a stale standing is ignored.</summary>
    [Alias("align")]
    Task Align(OrderStanding standing);
}
