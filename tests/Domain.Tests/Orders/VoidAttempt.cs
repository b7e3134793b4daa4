using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class VoidAttempt
{
    [Theory]
    [InlineData(OrderStatus.None)]
    [InlineData(OrderStatus.Pending)]
    [InlineData(OrderStatus.Shipped)]
    public void An_attempt_that_might_still_win_is_voided(OrderStatus status) =>
        Assert.Equal(new AttemptVoided("system", 9), OrderDecisions.VoidAttempt(Given.OrderThatIs(status), 9).Single());

    [Theory]
    [InlineData(OrderStatus.Completed)]
    [InlineData(OrderStatus.Cancelled)]
    [InlineData(OrderStatus.Expired)]
    public void An_attempt_at_an_order_that_is_over_cannot_win(OrderStatus status) =>
        Given.OrderThatIs(status).StaysAsItIs(order => OrderDecisions.VoidAttempt(order, 9));

    [Fact]
    public void An_attempt_that_won_or_was_voided_stays_as_it_is()
    {
        Given.OrderThatIs(OrderStatus.Pending).StaysAsItIs(order => OrderDecisions.VoidAttempt(order, 1));
        Given.Order(new AttemptVoided("system", 9)).StaysAsItIs(order => OrderDecisions.VoidAttempt(order, 9));
    }

    [Fact]
    public void Voiding_does_not_make_the_version_stale_that_a_reader_holds()
    {
        var order = Given.Order(Given.Placed, new AttemptVoided("system", 9));

        Assert.Equal((1, 2), (order.ToOrder().Version, order.ToStanding().Version));
        Assert.IsType<OrderPaid>(OrderDecisions.Pay(order, Given.ByBuyer with { ExpectedVersion = 1 }, Given.Noon).Single());
    }
}
