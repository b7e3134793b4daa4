using CsCheck;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

public sealed class WalletStatementTests
{
    private static readonly Gen<(int Step, long Amount, int Order)[]> Steps =
        Gen.Select(Gen.Int[0, 9], Gen.Long[0, 2_000], Gen.Int[0, 4]).Array[0, 60];

    [Fact]
    public void The_movements_of_any_life_add_up_to_the_wallet() => Steps.Sample(steps =>
    {
        var (records, user) = Live(steps);

        var movements = Read(new StatementQuery(int.MaxValue), records).Movements;

        Assert.Equal(user.Available + user.Held, movements.Sum(movement => movement.Amount));
        Assert.Equal(user.Available + user.Held, movements is [.., var last] ? last.Balance : 0);
        Assert.All(movements, movement => Assert.NotEqual(0, movement.Amount));
    }, iter: 2_000);

    [Fact]
    public void Pages_and_periods_are_parts_of_the_whole_however_they_are_cut() =>
        Gen.Select(Steps, Gen.Int[1, 5], Gen.Int[1, 7], Gen.Int[0, 60]).Sample((steps, limit, part, cut) =>
        {
            var records = Live(steps).Records;
            var whole = Read(new StatementQuery(int.MaxValue), records).Movements;
            var time = Given.Noon.AddSeconds(cut);

            Assert.Equal(whole, Pages(new StatementQuery(limit), records, part));
            Assert.Equal(
                whole, [.. Pages(new StatementQuery(limit, To: time), records, part), .. Pages(new StatementQuery(limit, From: time), records, part)]);
        }, iter: 2_000);

    [Fact]
    public void A_movement_says_what_moved_and_why()
    {
        JournalRecord[] records =
        [
            .. Recorded(
                new MoneyDeposited("admin", 1_000, null, Reference: "transfer 1"), new MoneyHeld("o1", 1, 800), new MoneyCaptured("o1", 2, 800, [1]),
                new MoneyRefunded("o1", 3, 800), new MoneyWithdrawn("admin", 400, "transfer 2", null), new MoneyHeld("o2", 9, 100)),
        ];

        Assert.Equal(
            [
                new WalletMovement(1, Given.Noon, MovementType.Deposit, 1_000, null, "transfer 1", 1_000),
                new WalletMovement(3, Given.Noon, MovementType.Capture, -800, "o1", null, 200),
                new WalletMovement(4, Given.Noon, MovementType.Refund, 800, "o1", null, 1_000),
                new WalletMovement(5, Given.Noon, MovementType.Withdrawal, -400, null, "transfer 2", 600),
            ],
            Read(new StatementQuery(10), records).Movements);
    }

    [Fact]
    public void A_deposit_of_release_0_1_0_is_read_and_repeated_without_a_reference()
    {
        var record = new JournalRecord(1, "user/u-buyer", 2, "wallet.deposited", """{"by":"admin","amount":5,"key":"k"}"""u8.ToArray(), Given.Noon);
        var deposit = Assert.IsType<MoneyDeposited>(UserEvent.Codec.Decode(record));

        Assert.Equal(new MoneyDeposited("admin", 5, "k"), deposit);
        Assert.Empty(UserDecisions.Deposit(Given.User(Given.Buyer, deposit), new DepositMoney(5, "k", "admin")).Events);
    }

    /// <summary>A life of a wallet, decided as its grain decides it.</summary>
    private static (IReadOnlyList<JournalRecord> Records, UserState User) Live((int Step, long Amount, int Order)[] steps)
    {
        var user = Given.User(Given.Buyer);
        var orders = new Dictionary<int, OrderState>();
        var lived = new List<UserEvent>();
        var attempt = 0L;
        foreach (var (step, amount, key) in steps)
        {
            var id = $"o{key}";
            switch (step)
            {
                case 0 or 1 when amount > 0:
                    Do(UserDecisions.Deposit(user, new DepositMoney(amount, null, "admin", "transfer")));
                    break;
                case 2 when amount > 0:
                    Do(UserDecisions.Withdraw(user, new WithdrawMoney(amount, "transfer", null, "admin")));
                    break;
                case 3 or 4 or 5 when !orders.ContainsKey(key):
                    if (Do(UserDecisions.Hold(user, new HoldMoney(id, ++attempt, amount))))
                    {
                        orders[key] = OrderState.Initial(id).Apply(Given.Placed with { Attempt = attempt, Total = amount }, Given.Noon);
                    }

                    break;
                case 6 or 7 when orders.TryGetValue(key, out var order) && order.Status == OrderStatus.Pending:
                    orders[key] = order.Apply(new OrderPaid("u-buyer"), Given.Noon);
                    Align(orders[key]);
                    break;
                case 8 when orders.TryGetValue(key, out var order) && order.Status is OrderStatus.Pending or OrderStatus.Paid:
                    orders[key] = orders[key].Apply(new OrderCancelled("u-buyer", null), Given.Noon);
                    Align(orders[key]);
                    break;
                default:
                    Do(UserDecisions.Release(user, id, attempt + 1));
                    break;
            }
        }

        return (Recorded(lived), user);

        bool Do(Decision<UserEvent> decision)
        {
            foreach (var happened in decision.Events)
            {
                user = user.Apply(happened, Given.Noon);
                lived.Add(happened);
            }

            return decision.Events.Count > 0;
        }

        void Align(OrderState order)
        {
            while (Do(UserDecisions.Align(user, order.ToStanding())))
            {
                // An alignment may take several events.
            }
        }
    }

    /// <summary>The events as the journal has them, whose times are in order but for one.</summary>
    private static List<JournalRecord> Recorded(params List<UserEvent> events) =>
    [
        .. events.Select((happened, i) =>
        {
            var at = events.Count > 10 ? Given.Noon.AddSeconds(i % 10 == 9 ? i - 3 : i) : Given.Noon;
            var encoded = UserEvent.Codec.Encode(happened, at, null);
            return new JournalRecord(i + 1, "user/u-buyer", i + 1, encoded.Type, encoded.Payload, at);
        }),
    ];

    private static StatementPage Read(StatementQuery query, IReadOnlyList<JournalRecord> records, int part = int.MaxValue)
    {
        var reading = new StatementReading(query);
        while (!reading.IsComplete && reading.Version < records.Count)
        {
            var through = Math.Min(records.Count, reading.Version + part);
            reading.Read(
                records.Where(record => record.Version > reading.Version && record.Version <= through && WalletStatement.Types.Contains(record.Type)).ToList(),
                through);
        }

        return reading.ToPage(records.Count);
    }

    private static List<WalletMovement> Pages(StatementQuery query, IReadOnlyList<JournalRecord> records, int part)
    {
        var movements = new List<WalletMovement>();
        for (StatementPlace? next = null; ;)
        {
            var page = Read(query with { After = next }, records, part);
            movements.AddRange(page.Movements);
            if ((next = page.Next) is null)
            {
                return movements;
            }
        }
    }
}
