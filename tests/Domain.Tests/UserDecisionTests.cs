using Granary.Domain.Orders;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

public sealed class UserDecisionTests
{
    private static readonly MoneyDeposited Tenner = new("admin", 1_000, "d1");

    private static WithdrawMoney Withdrawal(long amount) => new(amount, "transfer 1", "w1", "admin");

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
    public void A_user_opens_no_more_orders_than_the_limit_until_one_is_paid_or_released()
    {
        var user = Given.User(Given.Buyer, Tenner, new MoneyHeld("o1", 1, 300), new MoneyHeld("free", 2, 0));
        var paid = user.Apply(new MoneyCaptured("o1", 2, 300, [1]), Given.Noon);
        var released = user.Apply(new HoldReleased("free", 2, [2]), Given.Noon);

        Assert.Equal(new TooManyOpenOrders(2), UserDecisions.Hold(user, new HoldMoney("o3", 3, 1), mostUnpaid: 2).Refusal);
        Assert.IsType<MoneyHeld>(UserDecisions.Hold(user, new HoldMoney("o3", 3, 1), mostUnpaid: 3).Single());
        Assert.IsType<MoneyHeld>(UserDecisions.Hold(user, new HoldMoney("o1", 3, 1), mostUnpaid: 2).Single());
        Assert.All([paid, released], less => Assert.IsType<MoneyHeld>(UserDecisions.Hold(less, new HoldMoney("o3", 3, 1), mostUnpaid: 2).Single()));
    }

    [Fact]
    public void An_order_that_was_amended_to_cost_nothing_stays_open_until_it_is_released()
    {
        var user = Given.User(Given.Buyer, Tenner, new MoneyHeld("o1", 1, 300), new HoldAmended("o1", 2, 0, [1]));
        var cancelled = Given.Order(Given.Placed with { Total = 0, Lines = [] }, new OrderCancelled("u-buyer", null)).ToStanding() with { Version = 3 };

        Assert.Equal(new TooManyOpenOrders(1), UserDecisions.Hold(user, new HoldMoney("o2", 2, 1), mostUnpaid: 1).Refusal);
        var released = user.Apply(UserDecisions.Align(user, cancelled).Single(), Given.Noon);
        Assert.True(released.Claims.IsEmpty);
        Assert.IsType<MoneyHeld>(UserDecisions.Hold(released, new HoldMoney("o2", 2, 1), mostUnpaid: 1).Single());
    }

    [Fact]
    public void Another_password_a_sign_out_and_a_suspension_end_the_tokens_and_a_new_hash_of_the_same_password_does_not()
    {
        var user = Given.User(Given.Buyer);
        long After(params IEnumerable<UserEvent> events) => Given.User([Given.Buyer, .. events]).ToUser().TokenGeneration;

        Assert.Equal(0, After(UserDecisions.SetPassword(user, "hash of the same", "u-buyer").Single()));
        Assert.Equal(1, After(UserDecisions.ChangePassword(user, "hash", "another hash", "u-buyer").Single()));
        Assert.Equal(1, After(UserDecisions.SignOut(user, "u-buyer").Single()));
        Assert.Equal(1, After(UserDecisions.Suspend(user, "u-admin").Single(), new UserReactivated("u-admin")));
    }

    [Fact]
    public void A_withdrawal_takes_from_what_is_available_and_never_what_orders_hold()
    {
        var user = Given.User(Given.Buyer, Tenner, new MoneyHeld("o1", 1, 800));

        Assert.Equal(new InsufficientFunds(201, 200), UserDecisions.Withdraw(user, Withdrawal(201)).Refusal);
        var withdrawn = Assert.IsType<MoneyWithdrawn>(UserDecisions.Withdraw(user, Withdrawal(200)).Single());
        Assert.Equal(new MoneyWithdrawn("admin", 200, "transfer 1", "w1"), withdrawn);
        Assert.Equal(new Wallet(0, 800, 0, 0, 1_000, 200), user.Apply(withdrawn, Given.Noon).ToUser().Wallet);
    }

    [Fact]
    public void A_suspended_account_is_paid_out_and_a_closed_one_is_not()
    {
        var suspended = Given.User(Given.Buyer, Tenner, new UserWasSuspended("admin"));
        var closed = Given.User(Given.Buyer, new UserClosed("admin"));

        Assert.IsType<MoneyWithdrawn>(UserDecisions.Withdraw(suspended, Withdrawal(1_000)).Single());
        Assert.IsType<IllegalTransition>(UserDecisions.Withdraw(closed, Withdrawal(1)).Refusal);
        Assert.IsType<NotFound>(UserDecisions.Withdraw(UserState.Initial("u-nobody"), Withdrawal(1)).Refusal);
    }

    [Fact]
    public void An_account_is_closed_only_when_no_money_is_in_it_and_none_can_come_back()
    {
        var holding = Given.User(Given.Buyer, Tenner, new MoneyHeld("o1", 1, 1_000));
        var paid = holding.Apply(new MoneyCaptured("o1", 2, 1_000, [1]), Given.Noon);
        var final = paid.Apply(new CaptureClosed("o1", 4), Given.Noon);

        Assert.Equal(new WalletNotEmpty(1_000, 0), UserDecisions.Close(Given.User(Given.Buyer, Tenner), "admin").Refusal);
        Assert.Equal(new WalletNotEmpty(0, 1_000), UserDecisions.Close(holding, "admin").Refusal);
        Assert.DoesNotContain("close", Assert.IsType<IllegalTransition>(UserDecisions.Close(paid, "admin").Refusal).AllowedActions);
        Assert.IsType<UserClosed>(UserDecisions.Close(final, "admin").Single());
        Assert.IsType<UserClosed>(UserDecisions.Close(Given.User(Given.Buyer), "admin").Single());
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
