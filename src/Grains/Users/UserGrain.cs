using Granary.Domain.Claims;
using Granary.Domain.Events;
using Granary.Domain.Users;
using Granary.Grains.Claims;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Orleans.Concurrency;

namespace Granary.Grains.Users;

/// <summary>One user and the wallet that pays for the user's orders.</summary>
[Reentrant]
public sealed class UserGrain(ClaimKeeping keeping) : ClaimKeeperGrain<UserState, UserEvent>(keeping), IUserGrain
{
    private readonly ICurrent<OrderOptions> _limits = keeping.Options;

    /// <inheritdoc/>
    protected override string SnapshotName => "user-1";

    /// <inheritdoc/>
    protected override Func<Task> NextActivation => GrainFactory.User(Key).Get;

    /// <inheritdoc/>
    public Task<UserReply> Register(RegisterUser command) => CarryOutAsync(UserDecisions.Register(Decided, command));

    /// <inheritdoc/>
    public Task<UserReply> Get() => Task.FromResult(
        Durable.Status == UserStatus.None ? new UserReply(null, new NotFound()) : new UserReply(Durable.ToUser(_limits.Value.MaxOpenOrdersPerUser)));

    /// <inheritdoc/>
    public Task<UserCredential?> GetCredential() => Task.FromResult(
        Durable.Status == UserStatus.None ? null : new UserCredential(Durable.PasswordHash, Durable.Status, Durable.Roles, Durable.TokenGeneration));

    /// <inheritdoc/>
    public Task<UserReply> Deposit(DepositMoney command) =>
        CarryOutAsync(UserDecisions.Deposit(Decided, command), user => user.AnswerTo(command));

    /// <inheritdoc/>
    public Task<UserReply> Withdraw(WithdrawMoney command) =>
        CarryOutAsync(UserDecisions.Withdraw(Decided, command), user => user.AnswerTo(command));

    /// <inheritdoc/>
    public Task<UserReply> SetRoles(IReadOnlyList<string> roles, string by) =>
        CarryOutAsync(UserDecisions.SetRoles(Decided, roles, by));

    /// <inheritdoc/>
    public Task<UserReply> SetPassword(string passwordHash, string by) =>
        CarryOutAsync(UserDecisions.SetPassword(Decided, passwordHash, by));

    /// <inheritdoc/>
    public Task<UserReply> Rehash(string verified, string passwordHash, string by) =>
        CarryOutAsync(UserDecisions.Rehash(Decided, verified, passwordHash, by));

    /// <inheritdoc/>
    public Task<UserReply> ChangePassword(string verified, string passwordHash, string by) =>
        CarryOutAsync(UserDecisions.ChangePassword(Decided, verified, passwordHash, by));

    /// <inheritdoc/>
    public Task<UserReply> SignOut(string by) => CarryOutAsync(UserDecisions.SignOut(Decided, by));

    /// <inheritdoc/>
    public Task<UserReply> Suspend(string by) => CarryOutAsync(UserDecisions.Suspend(Decided, by));

    /// <inheritdoc/>
    public Task<UserReply> Reactivate(string by) => CarryOutAsync(UserDecisions.Reactivate(Decided, by));

    /// <inheritdoc/>
    public Task<UserReply> Close(string by) => CarryOutAsync(UserDecisions.Close(Decided, by));

    /// <inheritdoc/>
    public async Task<Refusal?> Hold(HoldMoney command)
    {
        var decision = UserDecisions.Hold(Decided, command, _limits.Of(command.SettingsVariant).MaxOpenOrdersPerUser);
        Raise(decision.Events);
        if (decision.Events.Count > 0)
        {
            Watch(command.OrderId);
        }

        await (decision.Refusal is null ? SecureAsync(command.Group) : CommitAsync());
        return decision.Refusal;
    }

    /// <inheritdoc/>
    protected override ClaimBook ClaimsOf(UserState state) => state.Claims;

    /// <inheritdoc/>
    protected override Decision<UserEvent> DecideAlign(UserState state, OrderStanding standing) =>
        UserDecisions.Align(state, standing);

    /// <inheritdoc/>
    protected override Decision<UserEvent> DecideRelease(UserState state, string orderId, long attempt) =>
        UserDecisions.Release(state, orderId, attempt);

    /// <param name="answered">The wallet that a request with a key was answered with, and is answered with again.</param>
    private async Task<UserReply> CarryOutAsync(Decision<UserEvent> decision, Func<UserState, Wallet?>? answered = null)
    {
        Raise(decision.Events);
        await CommitAsync();
        if (decision.Refusal is { } refusal)
        {
            return new UserReply(null, refusal);
        }

        var user = Durable.ToUser();
        return new UserReply(
            answered?.Invoke(Durable) is { } wallet ? user with { Wallet = wallet } : user, Replayed: decision.Events.Count == 0);
    }
}
