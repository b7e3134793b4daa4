using CsCheck;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

/// <summary>
/// Whatever <see cref="OrderLifecycle"/> permits, stock and money end where the status says. A transition whose consequence is
/// missing, such as one out of a phase whose claims are forgotten, is named here.
/// </summary>
public sealed class OrderLives
{
    private static readonly Gen<(int Pick, long Quantity, bool Tell)[]> Steps =
        Gen.Select(Gen.Int[0, 99], Gen.Long[1, 9], Gen.Bool).Array[0, 20];

    public static TheoryData<OrderStatus, OrderTrigger, OrderStatus> Transitions
    {
        get
        {
            var transitions = new TheoryData<OrderStatus, OrderTrigger, OrderStatus>();
            foreach (var status in Enum.GetValues<OrderStatus>())
            {
                foreach (var trigger in Enum.GetValues<OrderTrigger>())
                {
                    if (OrderLifecycle.Next(status, trigger) is { } next)
                    {
                        transitions.Add(status, trigger, next);
                    }
                }
            }

            return transitions;
        }
    }

    [Theory, MemberData(nameof(Transitions))]
    public void After_every_transition_stock_and_money_are_where_the_status_says(OrderStatus from, OrderTrigger trigger, OrderStatus to)
    {
        var life = OrderLife.To(from);

        life.Fire(trigger, 3);

        AssertInStep(
            life,
            $"{trigger} leads from {from} to {to}, and so claims from {OrderLifecycle.PhaseOf(from)} to {OrderLifecycle.PhaseOf(to)}, "
                + "which stock and wallet do not follow: see ClaimAlignment and OrderLifecycle.PhaseOf");
    }

    [Fact]
    public void Whatever_happens_to_an_order_stock_and_money_follow_and_the_audit_agrees() => Steps.Sample(steps =>
    {
        var life = new OrderLife();
        foreach (var (pick, quantity, tell) in steps)
        {
            if (life.Permitted is not { Count: > 0 } permitted)
            {
                break;
            }

            if (pick >= 90)
            {
                life.Abandon(quantity);
            }
            else if (pick >= 70)
            {
                life.Refund(quantity * 100, tell);
            }

            life.Fire(permitted[pick % permitted.Count], quantity, tell);
            Assert.Empty(life.Audit().Violations);
        }

        life.Align();
        AssertInStep(life, $"after {string.Join(", ", life.Order.Timeline.Select(entry => entry.Type))}");
    }, iter: 500);

    [Fact]
    public void Those_who_keep_stock_and_money_are_told_exactly_when_the_standing_changes() => Steps.Sample(steps =>
    {
        var life = new OrderLife();
        foreach (var (pick, quantity, _) in steps)
        {
            var (before, standing) = (life.Order, life.Order.ToStanding());
            if (life.Permitted is { Count: > 0 } permitted)
            {
                life.Fire(permitted[pick % permitted.Count], quantity);
            }

            var after = life.Order.ToStanding();
            var same = (after.Phase, after.Total) == (standing.Phase, standing.Total)
                && after.Lines.SequenceEqual(standing.Lines)
                && after.Accepted.SequenceEqual(standing.Accepted);
            Assert.Equal(!same, life.Order.ClaimsOtherThan(before));
        }
    }, iter: 2_000);

    [Fact]
    public void A_status_is_terminal_exactly_when_nothing_is_permitted_any_more() =>
        Assert.All(Enum.GetValues<OrderStatus>(), status => Assert.Equal(
            Enum.GetValues<OrderTrigger>().All(trigger => OrderLifecycle.Next(status, trigger) is null),
            OrderLifecycle.IsTerminal(status)));

    [Fact]
    public void Every_event_that_readers_see_is_public()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            seen.UnionWith(OrderLife.To(status).Order.Timeline.Select(entry => entry.Type));
        }

        var life = OrderLife.To(OrderStatus.Pending);
        life.Fire(OrderTrigger.Amend, 5);
        seen.UnionWith(life.Order.Timeline.Select(entry => entry.Type));
        OrderEvent[] aboutMoney =
        [
            new OrderPaymentStarted("u-buyer", "p1", null), new OrderPaymentUpdated("system", "p1", 3, 0, 0, 0),
            new OrderDeadlineExtended("system", Given.Noon), new OrderRefundRequested("u-operator", "r1", 1, "late"),
            new OrderRefundSucceeded("system", "r1"), new OrderRefundFailed("system", "r1", "disputed"),
        ];
        var order = aboutMoney.Aggregate(Given.OrderThatIs(OrderStatus.Paid), (state, happened) => state.Apply(happened, Given.Noon));
        seen.UnionWith(order.Timeline.Select(entry => entry.Type));
        Assert.Equal(OrderEvent.PublicNames.Order(), seen.Order());
    }

    /// <summary>Asserts that the amounts and the audit agree with the phase. The compiler names a phase that is missing here.</summary>
    private static void AssertInStep(OrderLife life, string situation)
    {
        var (units, money) = (life.Order.Lines.Sum(line => line.Quantity), life.Order.Total);
        var phase = OrderLifecycle.PhaseOf(life.Order.Status);
        var (reserved, sold, held, spent) = phase switch
        {
            ClaimPhase.None => (0L, 0L, 0L, 0L),
            ClaimPhase.Secured => (units, 0L, money, 0L),
            ClaimPhase.Paid or ClaimPhase.Closed => (0L, units, 0L, money - life.Order.Refunds.Sum(refund => refund.Amount)),
        };
        Assert.True(
            (reserved, sold, held, spent) == (life.Stock.Reserved, life.Stock.Sold, life.User.Held, life.User.Spent - life.User.Refunded),
            $"{situation}. Expected {(reserved, sold, held, spent)} reserved, sold, held, spent; "
                + $"there are {(life.Stock.Reserved, life.Stock.Sold, life.User.Held, life.User.Spent - life.User.Refunded)}.");
        Assert.Equal(100, life.Stock.OnHand + life.Stock.Sold);
        Assert.Equal(phase is ClaimPhase.None or ClaimPhase.Closed, life.Stock.Claims.IsEmpty && (life.User.Claims.IsEmpty || phase == ClaimPhase.Secured));
        var report = life.Audit();
        Assert.Empty(report.Violations);
        Assert.Empty(report.Lagging);
    }
}
