using Granary.Domain.Audit;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Orders;
using static Granary.Domain.Tests.Payments.GivenPayment;

namespace Granary.Domain.Tests.Payments;

/// <summary>What <c>verify</c> says of external payments and their orders.</summary>
public sealed class ClearPayments
{
    private static readonly OrderState PaidOrder = Given.ExternalOrder(
        new OrderPaymentUpdated("system", "p1", Captured().Version, 0, 1_000, 0), new OrderPaid("u-buyer", "p1"));

    [Fact]
    public void An_order_and_its_payment_balance() => Assert.Equal((0, 0), Findings([PaidOrder], Captured()));

    [Fact]
    public void A_payment_that_an_operator_has_looked_at_is_as_good_as_one_that_waits_for_it()
    {
        var paid = Given.ExternalOrder(new OrderPaymentUpdated("system", "p1", Authorized().Version, 1_000, 0, 0), new OrderPaid("u-buyer", "p1"));
        var ended = Authorized().With(PaymentDecisions.Conclude(
            Authorized().Do(payment => PaymentDecisions.Capture(payment, "u-op", Times, Noon)),
            Authorized().Do(payment => PaymentDecisions.Capture(payment, "u-op", Times, Noon)).Operation!, new ProviderAnswer.Expired(), Times, Noon));
        Assert.Equal("authorization_expired", ended.NeedsAttention);
        var waiting = Findings([paid], ended);

        var acknowledged = Findings([paid], ended.Do(payment => PaymentDecisions.Acknowledge(payment, "authorization_expired", "Agreed on another way.", "u-op")));

        Assert.Equal((0, waiting.Lagging - 1), acknowledged);
    }

    [Fact]
    public void The_sums_are_judged_also_where_a_payment_waits_for_an_operator()
    {
        var disputed = Captured().Do(payment => PaymentDecisions.Receive(payment, new ProviderEvent("e", ProviderEventType.Disputed), Noon));
        Assert.Equal((0, 1), Findings([PaidOrder], disputed));

        // Another order counts the same money.
        var other = PaidOrder with { Id = "o2" };
        Assert.Equal((1, 1), Findings([PaidOrder, other], disputed));
    }

    [Fact]
    public void The_sums_agree_while_an_order_has_not_been_told_of_its_money() =>
        Assert.Equal((0, 1), Findings([Given.ExternalOrder()], Captured()));

    [Fact]
    public void A_provider_that_has_captured_too_much_and_given_it_back_is_no_fault_of_the_journal()
    {
        var refunding = Capturing().Answered(new ProviderAnswer.Captured(1_100));
        var over = refunding.Answered(new ProviderAnswer.Refunded(1_100));
        Assert.Equal((1_100, 1_100, true), (over.Captured, over.Refunded, over.IsGivenUp));
        var order = Given.ExternalOrder(
            new OrderPaymentUpdated("system", "p1", over.Version, 0, 1_100, 1_100), new OrderCancelled("u-buyer", null));

        Assert.Equal((0, 0), Findings([order], over));
    }

    private static (int Violations, int Lagging) Findings(IEnumerable<OrderState> orders, PaymentState payment)
    {
        var clearing = new Clearing(orders.ToDictionary(order => order.Id), [], new Dictionary<string, PaymentState> { [payment.Id] = payment });
        clearing.Judge();
        return (clearing.Violations.Count, clearing.Lagging.Count);
    }
}
