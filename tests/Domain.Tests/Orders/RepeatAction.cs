using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

/// <summary>A caller who lost the first answer repeats the action under the same condition: the version before the action.</summary>
public sealed class RepeatAction
{
    private static readonly Dictionary<OrderStatus, Func<OrderState, OrderCommand, Decision<OrderEvent>>> Actions = new()
    {
        [OrderStatus.Paid] = (order, command) => OrderDecisions.Pay(order, command, Given.Noon),
        [OrderStatus.Packing] = (order, command) => OrderDecisions.Pack(order, command, Given.Noon),
        [OrderStatus.Shipped] = (order, command) => OrderDecisions.Ship(order, command, Given.Parcel, Given.Noon),
        [OrderStatus.Received] = (order, command) => OrderDecisions.Receive(order, command, Given.Noon),
        [OrderStatus.Completed] = (order, command) => OrderDecisions.Complete(order, command, Given.Noon),
        [OrderStatus.Cancelled] = (order, command) => OrderDecisions.Cancel(order, command, null, Given.Noon),
    };

    public static TheoryData<OrderStatus> Statuses => [.. Actions.Keys];

    [Theory]
    [MemberData(nameof(Statuses))]
    public void The_version_before_the_action_and_the_current_one_let_it_be_repeated(OrderStatus status)
    {
        var order = Given.OrderThatIs(status);

        Assert.All([order.VisibleVersion, order.VisibleVersion - 1], version =>
            order.StaysAsItIs(_ => Actions[status](order, Given.ByStaff with { ExpectedVersion = version })));
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public void An_older_or_an_unknown_version_does_not(OrderStatus status)
    {
        var order = Given.OrderThatIs(status);

        Assert.All([order.VisibleVersion - 2, order.VisibleVersion + 1], version => Assert.Equal(
            new StaleVersion(order.VisibleVersion), Actions[status](order, Given.ByStaff with { ExpectedVersion = version }).Refusal));
    }

    [Fact]
    public void The_version_before_permits_no_other_action()
    {
        var order = Given.OrderThatIs(OrderStatus.Paid);

        Assert.IsType<StaleVersion>(
            OrderDecisions.Cancel(order, Given.ByStaff with { ExpectedVersion = order.VisibleVersion - 1 }, null, Given.Noon).Refusal);
    }
}
