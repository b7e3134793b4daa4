using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class AmendOrder
{
    private static readonly OrderState Pending = Given.OrderThatIs(OrderStatus.Pending);
    private static readonly OrderAmendment Nothing = new(null, null, null);
    private static readonly OrderAmendment Note = new(null, null, "gift wrap");

    [Fact]
    public void Amending_records_the_lines_their_total_and_the_attempt_that_took_more()
    {
        OrderLine[] lines = [new("TEA", "Tea", 5, 500), new("JAM", "Jam", 1, 250)];

        var amended = OrderDecisions.Amend(Pending, Given.ByBuyer, Nothing, lines, 9, Given.Noon).Single();

        var order = Pending.Apply(amended, Given.Noon);
        Assert.Equal((OrderStatus.Pending, 2_750), (order.Status, order.Total));
        Assert.Equal(lines, order.Lines);
        Assert.Equal([1L, 9L], order.Accepted);
    }

    [Fact]
    public void What_an_amendment_does_not_name_stays_as_it_is()
    {
        var address = new Address { City = "Riga" };
        var order = Given.Order(Given.Placed with { ShippingAddress = address, Note = "ring twice" });

        var amended = (OrderAmended)OrderDecisions.Amend(order, Given.ByBuyer, Note, order.Lines, null, Given.Noon).Single();

        Assert.Equal((address, "gift wrap", null), (amended.ShippingAddress, amended.Note, amended.Attempt));
    }

    [Fact]
    public void An_amendment_that_changes_nothing_records_nothing() =>
        Assert.Empty(OrderDecisions.Amend(Pending, Given.ByBuyer, Nothing, Pending.Lines, null, Given.Noon).Events);

    [Fact]
    public void A_plan_reserves_only_what_is_needed_more_and_keeps_the_price_of_what_was_ordered()
    {
        var plan = OrderAmendmentPlan.For(Pending, [new RequestedLine("TEA", 5), new RequestedLine("JAM", 1)]);

        Assert.Equal([new RequestedLine("TEA", 3), new RequestedLine("JAM", 1)], plan.Increases);
        Assert.Equal(1_000, plan.HeldTotal);
        Assert.Equal(
            [new OrderLine("TEA", "Tea", 5, 500), new OrderLine("JAM", "Jam", 1, 250)],
            plan.Priced([new OrderLine("TEA", "Tea, renamed", 3, 777), new OrderLine("JAM", "Jam", 1, 250)]));
    }

    [Fact]
    public void A_plan_for_less_reserves_nothing()
    {
        var plan = OrderAmendmentPlan.For(Pending, [new RequestedLine("TEA", 1)]);

        Assert.Empty(plan.Increases);
        Assert.Equal([new OrderLine("TEA", "Tea", 1, 500)], plan.Priced([]));
    }

    [Theory]
    [InlineData(OrderStatus.Paid)]
    [InlineData(OrderStatus.Shipped)]
    [InlineData(OrderStatus.Cancelled)]
    public void An_order_that_is_not_pending_is_not_amended(OrderStatus status)
    {
        var order = Given.OrderThatIs(status);

        Assert.IsType<IllegalTransition>(OrderDecisions.MayAmend(order, Given.ByBuyer, Given.Noon).Refusal);
        Assert.IsType<IllegalTransition>(OrderDecisions.Amend(order, Given.ByBuyer, Note, order.Lines, 9, Given.Noon).Refusal);
    }

    [Fact]
    public void Nothing_is_taken_for_an_amendment_that_will_be_refused()
    {
        Assert.Null(OrderDecisions.MayAmend(Pending, Given.ByBuyer, Given.Noon).Refusal);
        Assert.IsType<NotFound>(OrderDecisions.MayAmend(Pending, Given.ByStranger, Given.Noon).Refusal);
        Assert.Equal(new StaleVersion(1), OrderDecisions.MayAmend(Pending, Given.ByBuyerWhoIsLate, Given.Noon).Refusal);
    }

    [Fact]
    public void An_order_whose_deadline_passes_while_it_is_amended_expires()
    {
        var decision = OrderDecisions.Amend(Pending, Given.ByBuyer, Note, Pending.Lines, 9, Given.Placed.ExpiresAt);

        Assert.IsType<OrderExpired>(Assert.Single(decision.Events));
        Assert.Equal("expired", Assert.IsType<IllegalTransition>(decision.Refusal).Status);
    }

    [Fact]
    public void An_amendment_that_costs_more_than_an_order_may_is_refused() =>
        Assert.Equal(
            OrderTotal.TooHigh,
            OrderDecisions.Amend(
                Pending, Given.ByBuyer, Nothing, [new OrderLine("GOLD", "Gold", Limits.LineQuantity, Limits.Price)], 9, Given.Noon).Refusal);
}
