using Granary.Domain.Claims;
using Granary.Domain.Events;
using Granary.Domain.Idempotency;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Users;

/// <summary>The rules of a user and the wallet: state and command to events or a refusal. Pure.</summary>
public static class UserDecisions
{
    /// <summary>Registers the user, once for each key of a caller. The first registration owns the name.</summary>
    public static Decision<UserEvent> Register(UserState user, RegisterUser command)
    {
        if (UserLifecycle.Next(user.Status, UserTrigger.Register) is not null)
        {
            return new UserRegistered(command.By, command.UserName, command.PasswordHash, command.DisplayName, command.Roles, command.Key);
        }

        return command.Key is null || user.Registration?.Key != command.Key || user.Registration.By != command.By ? new UserNameTaken()
            : user.Registration == new Registration(command.By, command.Key, command.UserName, command.DisplayName) ? Decision<UserEvent>.Unchanged
            : new IdempotencyKeyReused();
    }

    /// <summary>Adds money, once for each key of a caller.</summary>
    public static Decision<UserEvent> Deposit(UserState user, DepositMoney command) =>
        new KeyedContent(command.Amount, command.Reference)
            .RepeatOf<UserEvent>(user.Earlier(UserState.Deposit, command.By, command.Key, command.Reference)) is { } repeated ? repeated
        : Refused(user, UserTrigger.Deposit) is { } refusal ? refusal
        : user.Deposited + user.Withdrawn > long.MaxValue - command.Amount ? new InvalidValue("amount", "The wallet cannot hold that much.")
        : new MoneyDeposited(command.By, command.Amount, command.Key, OwnKey: command.Key is null ? null : true, command.Reference);

    /// <summary>Pays money out, once for each key of a caller.</summary>
    public static Decision<UserEvent> Withdraw(UserState user, WithdrawMoney command) =>
        new KeyedContent(command.Amount, command.Reference)
            .RepeatOf<UserEvent>(user.Earlier(UserState.Withdraw, command.By, command.Key, command.Reference)) is { } repeated ? repeated
        : Refused(user, UserTrigger.Withdraw) is { } refusal ? refusal
        : user.Available < command.Amount ? new InsufficientFunds(command.Amount, user.Available)
        : new MoneyWithdrawn(command.By, command.Amount, command.Reference, command.Key);

    /// <summary>Gives the user these roles and no others.</summary>
    public static Decision<UserEvent> SetRoles(UserState user, IReadOnlyList<string> roles, string by) =>
        Refused(user, UserTrigger.Edit) is { } refusal ? refusal
        : user.Roles.ToHashSet(StringComparer.Ordinal).SetEquals(roles) ? Decision<UserEvent>.Unchanged
        : new RolesChanged(by, roles);

    /// <summary>Stores another hash of the same password.</summary>
    public static Decision<UserEvent> SetPassword(UserState user, string passwordHash, string by) =>
        Refused(user, UserTrigger.Edit) is { } refusal ? refusal : new PasswordChanged(by, passwordHash);

    /// <summary>Stores another hash of the password that was verified, unless the user has another password by now.</summary>
    public static Decision<UserEvent> Rehash(UserState user, string verified, string passwordHash, string by) =>
        user.PasswordHash == verified ? SetPassword(user, passwordHash, by) : Decision<UserEvent>.Unchanged;

    /// <summary>
    /// Lets the user log in with another password than the one that was verified, and ends the tokens that it gave; unless the user has
    /// another password by now.
    /// </summary>
    public static Decision<UserEvent> ChangePassword(UserState user, string verified, string passwordHash, string by) =>
        Refused(user, UserTrigger.Edit) is { } refusal ? refusal
        : user.PasswordHash != verified ? Decision<UserEvent>.Unchanged
        : new PasswordChanged(by, passwordHash, EndsTokens: true);

    /// <summary>Ends the user's tokens.</summary>
    public static Decision<UserEvent> SignOut(UserState user, string by) =>
        Refused(user, UserTrigger.Edit) is { } refusal ? refusal : new UserSignedOut(by);

    /// <summary>Keeps the user from acting. Repeating it changes nothing.</summary>
    public static Decision<UserEvent> Suspend(UserState user, string by) =>
        user.Status == UserStatus.Suspended ? Decision<UserEvent>.Unchanged
        : Refused(user, UserTrigger.Suspend) is { } refusal ? refusal
        : new UserWasSuspended(by);

    /// <summary>Lets the user act again. Repeating it changes nothing.</summary>
    public static Decision<UserEvent> Reactivate(UserState user, string by) =>
        user.Status == UserStatus.Active ? Decision<UserEvent>.Unchanged
        : Refused(user, UserTrigger.Reactivate) is { } refusal ? refusal
        : new UserReactivated(by);

    /// <summary>Closes the account for good, unless it has money, or orders may give some back.</summary>
    public static Decision<UserEvent> Close(UserState user, string by) =>
        user.Status == UserStatus.Closed ? Decision<UserEvent>.Unchanged
        : Refused(user, UserTrigger.Close) is { } refusal ? refusal
        : user.Available > 0 || user.Held > 0 ? new WalletNotEmpty(user.Available, user.Held)
        : !user.Claims.IsEmpty ? Illegal(user, UserTrigger.Close)
        : new UserClosed(by);

    /// <summary>Holds money for one attempt of an order.</summary>
    /// <param name="mostUnpaid">How many orders of the user may be open and not paid; 0 is no limit.</param>
    public static Decision<UserEvent> Hold(UserState user, HoldMoney command, int mostUnpaid = 0)
    {
        if (user.Claims.Find(command.OrderId)?.HasPending(command.Attempt) == true)
        {
            return Decision<UserEvent>.Unchanged;
        }

        if (user.Status == UserStatus.None)
        {
            return new UnknownUser();
        }

        if (UserLifecycle.Next(user.Status, UserTrigger.Hold) is null)
        {
            return new UserSuspended(Words.Of(user.Status));
        }

        if (!user.Claims.MayOpen(command.OrderId, mostUnpaid))
        {
            return new TooManyOpenOrders(mostUnpaid);
        }

        return user.Available < command.Amount
            ? new InsufficientFunds(command.Amount, user.Available, user.Claims.Contends(command.OrderId, user.Available, command.Amount))
            : new MoneyHeld(command.OrderId, command.Attempt, command.Amount);
    }

    /// <summary>Gives back what an attempt held, if it did.</summary>
    public static Decision<UserEvent> Release(UserState user, string orderId, long attempt) =>
        user.Claims.Find(orderId)?.HasPending(attempt) == true
            ? new HoldAttemptReleased(orderId, attempt)
            : Decision<UserEvent>.Unchanged;

    /// <summary>The next event that brings the claim of an order in line with what the order decided; repeat until unchanged.</summary>
    public static Decision<UserEvent> Align(UserState user, OrderStanding standing)
    {
        var order = standing.OrderId;
        var alignment = ClaimAlignment.Next(user.Claims.Find(order), standing, standing.WalletTotal);
        return alignment.Step switch
        {
            ClaimStep.None => Return(user, standing),
            ClaimStep.Secure => new HoldAmended(order, standing.Version, alignment.Quantity, alignment.Attempts),
            ClaimStep.Release => new HoldReleased(order, standing.Version, alignment.Attempts),
            ClaimStep.Pay => new MoneyCaptured(order, standing.Version, alignment.Quantity, alignment.Attempts),
            ClaimStep.Reverse => new MoneyRefunded(order, standing.Version, alignment.Quantity),
            ClaimStep.Close => new CaptureClosed(order, standing.Version),
        };
    }

    /// <summary>
    /// Gives back what the order's refunds come to and the wallet has not returned yet. The sum of refunds only grows, so a late
    /// standing gives back nothing twice; where the whole payment was reversed, nothing is left to refund.
    /// </summary>
    private static Decision<UserEvent> Return(UserState user, OrderStanding standing)
    {
        var due = standing.RefundedTotal - user.ReturnedOf(standing.OrderId);
        var isCaptured = standing.Phase == ClaimPhase.Closed
            || (standing.Phase == ClaimPhase.Paid && user.Claims.Find(standing.OrderId) is { Paid: > 0 });
        return standing.Method == PaymentMethod.Wallet && due > 0 && isCaptured
            ? new OrderMoneyReturned(standing.OrderId, standing.Version, due)
            : Decision<UserEvent>.Unchanged;
    }

    private static Refusal? Refused(UserState user, UserTrigger trigger) =>
        user.Status == UserStatus.None ? new NotFound()
        : UserLifecycle.Next(user.Status, trigger) is null ? Illegal(user)
        : null;

    private static IllegalTransition Illegal(UserState user, params UserTrigger[] except) =>
        new(Words.Of(user.Status), UserLifecycle.AllowedActions(user.Status, except));
}
