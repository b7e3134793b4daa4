using CsCheck;
using Granary.Domain.Claims;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests;

/// <summary>
/// Standings may arrive late, twice and in any order, and attempts may come and go between them. Whatever happens, a participant
/// takes nothing that was not reserved, and after the last standing the claim matches the order's decision.
/// </summary>
public sealed class ClaimProperties
{
    private static readonly Gen<OrderEvent[]> Life = Gen.Select(
        Gen.Int[1, 9].Array[0, 3], Gen.Int[0, 4], Gen.Bool,
        (amounts, steps, cancel) => LifeOf(amounts, steps, cancel).ToArray());

    [Fact]
    public void A_claim_ends_as_its_order_decided_however_the_standings_arrive() =>
        Gen.Select(Life, Gen.Int[0, 100].Array[30]).Sample((life, order) =>
        {
            var states = States(life);
            var stock = Prepared(states[^1]);
            foreach (var pick in order)
            {
                stock = Aligned(stock, states[1 + (pick % (states.Count - 1))].ToStanding());
                AssertAccounted(stock);
            }

            AssertAgrees(Aligned(stock, states[^1].ToStanding()), states);
        }, iter: 5_000);

    [Fact]
    public void A_standing_never_touches_an_attempt_that_the_order_has_not_accepted() =>
        Life.Sample(life =>
        {
            var states = States(life);
            var stock = Prepared(states[^1]).Apply(new StockReserved("o1", 99, 5), Given.Noon);
            foreach (var state in states)
            {
                stock = Aligned(stock, state.ToStanding());
                Assert.True(stock.Claims.Find("o1")!.HasPending(99));
            }
        }, iter: 2_000);

    [Fact]
    public void An_empty_claim_is_forgotten_when_the_order_has_ended()
    {
        var free = Given.Placed with { Lines = [new OrderLine("TEA", "Tea", 1, 0)], Total = 0 };
        var alignment = ClaimAlignment.Next(
            new Claim { Pending = [new PendingAttempt(1, 0, Given.Noon)] },
            Given.Order(free, new OrderExpired("system")).ToStanding(),
            target: 0);

        Assert.Equal(ClaimStep.Release, alignment.Step);
        Assert.Equal([1L], alignment.Attempts);
    }

    /// <summary>
    /// A life: placed with 5 units, amended to some quantities, then moved on, and cancelled in some cases if that is legal.
    /// </summary>
    private static IEnumerable<OrderEvent> LifeOf(int[] amounts, int steps, bool cancel)
    {
        yield return Given.Placed with { Lines = Tea(5) };
        var current = 5;
        for (var i = 0; i < amounts.Length; i++)
        {
            yield return new OrderAmended("u", amounts[i] > current ? i + 2 : null, Tea(amounts[i]), 0, null, null);
            current = amounts[i];
        }

        OrderEvent[] path = [new OrderPaid("u"), new OrderPackingStarted("u"), new OrderShipped("u", new Tracking("c", "n")), new OrderReceived("u")];
        foreach (var step in path.Take(steps))
        {
            yield return step;
        }

        if (cancel && steps <= 2)
        {
            yield return new OrderCancelled("u", null);
        }
    }

    private static OrderLine[] Tea(long quantity) => [new OrderLine("TEA", "Tea", quantity, 500)];

    private static List<OrderState> States(OrderEvent[] life)
    {
        var states = new List<OrderState> { Given.Order() };
        foreach (var domainEvent in life)
        {
            states.Add(states[^1].Apply(domainEvent, Given.Noon));
        }

        return states;
    }

    /// <summary>Stock in which every accepted attempt has reserved what it needed.</summary>
    private static StockState Prepared(OrderState order)
    {
        var stock = Given.Stock(Given.Tea, new StockAdjusted("op", 1_000, null, null));
        return order.Accepted.Aggregate(stock, (s, attempt) =>
            s.Apply(new StockReserved("o1", attempt, attempt == 1 ? 5 : 9, "u-buyer"), Given.Noon));
    }

    private static StockState Aligned(StockState stock, OrderStanding standing)
    {
        for (var decision = StockDecisions.Align(stock, standing); decision.Events.Count > 0; decision = StockDecisions.Align(stock, standing))
        {
            stock = stock.Apply(decision.Single(), Given.Noon);
        }

        return stock;
    }

    private static void AssertAccounted(StockState stock)
    {
        Assert.Equal(stock.Received, stock.OnHand + stock.Sold);
        Assert.True(stock.Available >= 0);
        Assert.Equal(stock.Claims.ByOrder.Values.Sum(claim => claim.Reserved), stock.Reserved);
        Assert.Equal(stock.Claims.ByOrder.Values.Sum(claim => claim.Reserved), stock.Claims.ReservedBy("u-buyer"));
        Assert.Equal(stock.Claims.ByOrder.Values.Count(claim => claim.IsUnpaid), stock.Claims.Unpaid);
    }

    private static void AssertAgrees(StockState stock, List<OrderState> states)
    {
        var order = states[^1];
        var quantity = order.Lines[0].Quantity;
        var (reserved, sold) = order.ToStanding().Phase switch
        {
            ClaimPhase.Secured => (quantity, 0),
            ClaimPhase.None => (0, 0),
            _ => (0L, quantity),
        };
        Assert.Equal((reserved, sold), (stock.Reserved, stock.Sold));
        Assert.Equal(order.ToStanding().Phase is ClaimPhase.None or ClaimPhase.Closed, stock.Claims.IsEmpty);
    }
}
