using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

/// <summary>A key belongs to its caller, its operation and its content, and a repetition gets the first answer again.</summary>
public sealed class IdempotencyKeyTests
{
    private static readonly MoneyDeposited Deposited = new("ann", 1_000, "k", OwnKey: true);
    private static readonly MoneyWithdrawn Withdrawn = new("ann", 1_000, "transfer 1", "k");
    private static readonly StockAdjusted Adjusted = new("ann", 10, "delivery", "k", OwnKey: true);

    private static readonly DepositMoney Deposit = new(1_000, "k", "ann");
    private static readonly WithdrawMoney Withdraw = new(1_000, "transfer 1", "k", "ann");
    private static readonly AdjustStock Adjust = new(10, "delivery", "k", "ann");

    [Fact]
    public void A_deposit_counts_once_for_each_key_of_a_caller()
    {
        var user = Given.User(Given.Buyer, Deposited);

        Assert.True(Repeats(user, Deposit));
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Deposit(user, Deposit with { Amount = 1_001 }).Refusal);
        Assert.IsType<MoneyDeposited>(UserDecisions.Deposit(user, Deposit with { By = "bob" }).Single());
        Assert.IsType<MoneyDeposited>(UserDecisions.Deposit(user, Deposit with { Key = "other" }).Single());
        Assert.IsType<MoneyDeposited>(UserDecisions.Deposit(user, Deposit with { Key = null }).Single());
    }

    [Fact]
    public void A_withdrawal_counts_once_for_each_key_of_a_caller()
    {
        var user = Given.User(Given.Buyer, new MoneyDeposited("ann", 5_000, null), Withdrawn);

        Assert.True(Repeats(user, Withdraw));
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Withdraw(user, Withdraw with { Amount = 999 }).Refusal);
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Withdraw(user, Withdraw with { Reference = "transfer 2" }).Refusal);
        Assert.IsType<MoneyWithdrawn>(UserDecisions.Withdraw(user, Withdraw with { By = "bob" }).Single());
        Assert.IsType<MoneyWithdrawn>(UserDecisions.Withdraw(user, Withdraw with { Key = null }).Single());
    }

    [Fact]
    public void An_adjustment_counts_once_for_each_key_of_a_caller()
    {
        var stock = Given.Stock(Given.Tea, Adjusted);

        Assert.True(Repeats(stock, Adjust));
        Assert.IsType<IdempotencyKeyReused>(StockDecisions.Adjust(stock, Adjust with { Quantity = 11 }).Refusal);
        Assert.IsType<IdempotencyKeyReused>(StockDecisions.Adjust(stock, Adjust with { Reason = "count" }).Refusal);
        Assert.IsType<StockAdjusted>(StockDecisions.Adjust(stock, Adjust with { By = "bob" }).Single());
    }

    [Fact]
    public void Callers_and_operations_that_use_the_same_characters_keep_apart()
    {
        var user = Given.User(Given.Buyer, Deposited, Deposited with { By = "bob", Amount = 7 }, Withdrawn);

        Assert.True(Repeats(user, Deposit));
        Assert.True(Repeats(user, Deposit with { By = "bob", Amount = 7 }));
        Assert.True(Repeats(user, Withdraw));
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Deposit(user, Deposit with { By = "bob" }).Refusal);
    }

    [Fact]
    public void A_repetition_changes_nothing_and_gets_the_first_answer_whatever_has_happened_since()
    {
        var user = Given.User(Given.Buyer, Deposited, Withdrawn, new UserClosed("ann"));
        var stock = Given.Stock(Given.Tea, Adjusted, new StockReserved("o1", 1, 10), new ProductDiscontinued("ann"));

        Assert.True(Repeats(user, Deposit));
        Assert.True(Repeats(user, Withdraw));
        Assert.True(Repeats(stock, Adjust));
        Assert.Equal((1_000, 0), (user.AnswerTo(Deposit)!.Available, user.AnswerTo(Withdraw)!.Available));
        Assert.Equal(new StockLevel("TEA", 10, 0, 10, 0, 10, 2), stock.AnswerTo(Adjust));
    }

    [Fact]
    public void Keys_survive_a_snapshot()
    {
        var user = Read<UserState>(Written(Given.User(Given.Buyer, Deposited, Deposited with { By = "bob" }, Withdrawn)));
        var stock = Read<StockState>(Written(Given.Stock(Given.Tea, Adjusted)));

        Assert.True(Repeats(user, Deposit));
        Assert.True(Repeats(user, Withdraw));
        Assert.True(Repeats(stock, Adjust));
        Assert.Equal(new Wallet(1_000, 0, 0, 0, 1_000), user.AnswerTo(Deposit));
        Assert.Equal(10, stock.AnswerTo(Adjust)!.OnHand);
        Assert.IsType<MoneyDeposited>(UserDecisions.Deposit(user, Deposit with { By = "eve" }).Single());
        Assert.IsType<StockAdjusted>(StockDecisions.Adjust(stock, Adjust with { By = "bob" }).Single());
    }

    [Fact]
    public void Keys_in_a_snapshot_of_release_0_1_0_count_for_every_caller_because_it_does_not_tell_them_apart()
    {
        var user = Read<UserState>(Written(Given.User(Given.Buyer, Deposited), without: "keys"));
        var stock = Read<StockState>(Written(Given.Stock(Given.Tea, Adjusted), without: "keys"));

        Assert.True(Repeats(user, Deposit));
        Assert.True(Repeats(user, Deposit with { By = "bob" }));
        Assert.True(Repeats(stock, Adjust with { Reason = "forgotten" }));
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Deposit(user, Deposit with { Amount = 1_001 }).Refusal);
        Assert.IsType<IdempotencyKeyReused>(StockDecisions.Adjust(stock, Adjust with { Quantity = 11 }).Refusal);
        Assert.Null(user.AnswerTo(Deposit));

        // What follows is told apart.
        var later = user.Apply(Deposited with { Key = "new" }, Given.Noon);
        Assert.True(Repeats(later, Deposit));
        Assert.IsType<MoneyDeposited>(UserDecisions.Deposit(later, Deposit with { Key = "new", By = "bob" }).Single());
    }

    [Fact]
    public void Keys_in_events_of_release_0_1_0_count_for_every_caller_because_it_did_not_tell_them_apart()
    {
        var user = Given.User(Given.Buyer, Deposited with { OwnKey = null });
        var stock = Given.Stock(Given.Tea, Adjusted with { OwnKey = null });

        Assert.True(Repeats(user, Deposit));
        Assert.True(Repeats(user, Deposit with { By = "bob" }));
        Assert.True(Repeats(stock, Adjust with { By = "bob" }));
        Assert.Equal(1_000, user.AnswerTo(Deposit with { By = "bob" })!.Available);
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Deposit(user, Deposit with { By = "bob", Amount = 1_001 }).Refusal);
        Assert.Equal(Deposited with { Key = "new" }, UserDecisions.Deposit(user, Deposit with { Key = "new" }).Single());
    }

    [Fact]
    public void A_deposit_with_a_reference_that_a_silo_of_release_0_1_0_has_carried_out_without_it_is_repeated()
    {
        var user = Given.User(Given.Buyer, Deposited with { OwnKey = null });

        Assert.True(Repeats(user, Deposit with { Reference = "payment 1" }));
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Deposit(user, Deposit with { Reference = "payment 1", Amount = 1_001 }).Refusal);
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Deposit(Given.User(Given.Buyer, Deposited), Deposit with { Reference = "payment 1" }).Refusal);
    }

    [Fact]
    public void A_silo_of_release_0_1_0_finds_the_keys_of_a_snapshot()
    {
        var user = JsonNode.Parse(Written(Given.User(Given.Buyer, Deposited)))!;
        var stock = JsonNode.Parse(Written(Given.Stock(Given.Tea, Adjusted)))!;

        Assert.Equal(1_000, (long)user["state"]!["deposits"]!["k"]!);
        Assert.Equal(10, (long)stock["state"]!["adjustments"]!["k"]!);
    }

    [Fact]
    public void Withdrawals_in_a_snapshot_from_before_the_book_of_keys_are_found()
    {
        var json = JsonNode.Parse(Written(Given.User(Given.Buyer, Deposited)))!;
        json["state"]!["withdrawals"] = JsonNode.Parse("""{ "ann k": { "amount": 1000, "reference": "transfer 1" } }""");
        var user = Read<UserState>(json.ToJsonString());

        Assert.True(Repeats(user, Withdraw));
        Assert.IsType<IdempotencyKeyReused>(UserDecisions.Withdraw(user, Withdraw with { Amount = 999 }).Refusal);
        Assert.IsType<MoneyWithdrawn>(UserDecisions.Withdraw(user, Withdraw with { By = "bob" }).Single());
    }

    private static bool Repeats(UserState user, DepositMoney command) =>
        UserDecisions.Deposit(user, command) is { Refusal: null, Events: [] };

    private static bool Repeats(UserState user, WithdrawMoney command) =>
        UserDecisions.Withdraw(user, command) is { Refusal: null, Events: [] };

    private static bool Repeats(StockState stock, AdjustStock command) =>
        StockDecisions.Adjust(stock, command) is { Refusal: null, Events: [] };

    /// <summary>A snapshot as it is stored, without a member that an earlier release did not write.</summary>
    private static string Written<TState>(TState state, string? without = null)
        where TState : class
    {
        var snapshot = JsonSerializer.SerializeToNode(
            new Snapshot<TState> { State = state }, SnapshotJson.Default.GetTypeInfo(typeof(Snapshot<TState>))!)!;
        if (without is not null)
        {
            Assert.True(snapshot["state"]!.AsObject().Remove(without));
        }

        return snapshot.ToJsonString();
    }

    private static TState Read<TState>(string snapshot)
        where TState : class =>
        ((Snapshot<TState>)JsonSerializer.Deserialize(snapshot, SnapshotJson.Default.GetTypeInfo(typeof(Snapshot<TState>))!)!).State!;
}
