using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

public sealed class UserDecisionTests
{
    private static readonly MoneyDeposited Tenner = new("admin", 1_000, "d1");

    [Fact]
    public void A_name_belongs_to_the_user_who_registers_it_first() =>
        Assert.IsType<UserNameTaken>(
            UserDecisions.Register(Given.User(Given.Buyer), new RegisterUser("buyer", "hash", null, [], "x")).Refusal);

    [Fact]
    public void A_hold_takes_from_what_is_available_and_never_more()
    {
        var user = Given.User(Given.Buyer, Tenner, new MoneyHeld("o1", 1, 800));

        Assert.Equal(new InsufficientFunds(300, 200), UserDecisions.Hold(user, new HoldMoney("o2", 2, 300)).Refusal);
        Assert.IsType<MoneyHeld>(UserDecisions.Hold(user, new HoldMoney("o2", 2, 200)).Single());
    }

    [Fact]
    public void A_suspended_user_holds_nothing_new_and_keeps_what_is_held()
    {
        var user = Given.User(Given.Buyer, Tenner, new MoneyHeld("o1", 1, 800), new UserWasSuspended("admin"));

        Assert.Equal(new UserSuspended("suspended"), UserDecisions.Hold(user, new HoldMoney("o2", 2, 1)).Refusal);
        Assert.Equal(800, user.Held);
    }

    [Fact]
    public void A_deposit_counts_once_per_key()
    {
        var user = Given.User(Given.Buyer, Tenner);

        Assert.Empty(UserDecisions.Deposit(user, new DepositMoney(1_000, "d1", "admin")).Events);
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Deposit(user, new DepositMoney(2_000, "d1", "admin")).Refusal);
        Assert.IsType<MoneyDeposited>(UserDecisions.Deposit(user, new DepositMoney(1_000, "d2", "admin")).Single());
    }

    [Fact]
    public void An_account_with_money_set_aside_cannot_be_closed()
    {
        var user = Given.User(Given.Buyer, Tenner, new MoneyHeld("o1", 1, 800));

        var refusal = Assert.IsType<IllegalTransition>(UserDecisions.Close(user, "admin").Refusal);
        Assert.DoesNotContain("close", refusal.AllowedActions);
        Assert.IsType<UserClosed>(UserDecisions.Close(Given.User(Given.Buyer, Tenner), "admin").Single());
    }

    [Fact]
    public void Repeating_a_command_that_has_taken_effect_changes_nothing()
    {
        var suspended = Given.User(Given.Buyer, new UserWasSuspended("admin"));

        Assert.Empty(UserDecisions.Suspend(suspended, "admin").Events);
        Assert.Empty(UserDecisions.Reactivate(Given.User(Given.Buyer), "admin").Events);
        Assert.Empty(UserDecisions.SetRoles(suspended, [Roles.Customer], "admin").Events);
    }

    [Fact]
    public void Names_are_case_insensitive()
    {
        Assert.Equal(UserId.From("Ada"), UserId.From("ada"));
        Assert.NotEqual(UserId.From("ada"), UserId.From("ada2"));
    }

    [Theory]
    [InlineData("ada", true)]
    [InlineData("ada.lovelace+shop@example.org", true)]
    [InlineData("ad", false)]
    [InlineData("ad a", false)]
    [InlineData("аda", false)]
    [InlineData("", false)]
    public void A_user_name_is_plain_ascii(string name, bool valid) => Assert.Equal(valid, UserId.IsValidName(name));
}
