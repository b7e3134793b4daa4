using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class ExpireOrder
{
    [Fact]
    public void An_unpaid_order_expires_at_its_deadline_and_not_before()
    {
        var order = Given.OrderThatIs(OrderStatus.Pending);

        Assert.IsType<OrderExpired>(OrderDecisions.Expire(order, Given.Placed.ExpiresAt).Single());
        order.StaysAsItIs(pending => OrderDecisions.Expire(pending, Given.Placed.ExpiresAt.AddTicks(-1)));
    }

    [Theory]
    [InlineData(OrderStatus.None)]
    [InlineData(OrderStatus.Paid)]
    [InlineData(OrderStatus.Packing)]
    [InlineData(OrderStatus.Shipped)]
    [InlineData(OrderStatus.Cancelled)]
    [InlineData(OrderStatus.Expired)]
    public void Only_an_unpaid_order_has_a_deadline(OrderStatus status)
    {
        Assert.Null(Given.OrderThatIs(status).Deadline);
        Given.OrderThatIs(status).StaysAsItIs(order => OrderDecisions.Expire(order, DateTimeOffset.MaxValue));
    }
}
