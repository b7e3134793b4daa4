using Granary.Domain.Audit;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Tests.Payments;

/// <summary>A payment that the provider has and the journal does not is given back.</summary>
public sealed class TakeInPayment
{
    private static readonly FoundPayment Captured = new("pi_1", 1_000, Ordinal: 2, IsCaptured: true);

    [Fact]
    public void A_captured_one_is_asked_about_under_its_own_key_and_then_refunded()
    {
        var taken = TakenIn(Captured);
        Assert.Equal("p1-capture-2", taken.Operation!.KeyFor("p1"));

        var refunding = taken.Answered(new ProviderAnswer.Captured(1_000));
        Assert.Equal((OperationKind.Refund, 1_000, true), (refunding.Operation!.Kind, refunding.Operation.Amount, refunding.Operation.Compensation));

        var over = refunding.With(refunding.Concluding(new ProviderAnswer.Refunded(1_000)));
        Assert.Equal((1_000, 1_000, null), (over.Captured, over.Refunded, over.Operation));
        Assert.Contains(over.Timeline, entry => entry.Type == "payment.compensated");
    }

    [Fact]
    public void One_that_is_set_aside_is_voided()
    {
        var taken = TakenIn(Captured with { Ordinal = 1, IsCaptured = false });
        Assert.Equal("p1-void-2", taken.Operation!.KeyFor("p1"));

        var over = taken.Answered(new ProviderAnswer.Voided());
        Assert.Equal((PaymentStatus.Voided, 0), (over.Status, over.Authorized));
    }

    [Fact]
    public void What_the_list_says_is_not_believed()
    {
        var over = TakenIn(Captured).Answered(new ProviderAnswer.Expired());

        Assert.Equal((PaymentStatus.AuthorizationExpired, 0, 0), (over.Status, over.Captured, over.Refunded));
    }

    [Fact]
    public void One_that_the_journal_knows_is_left_as_it_is() =>
        PaymentDecisions.TakeIn(GivenPayment.Captured(), Captured, "USD", "sandbox", GivenPayment.Times, Given.Noon).IsUnchanged();

    [Fact]
    public void Events_that_came_before_do_not_prevent_it()
    {
        var heard = GivenPayment.None.Do(payment => PaymentDecisions.Receive(payment, new ProviderEvent("e1", ProviderEventType.Captured, 1_000), Given.Noon));

        Assert.NotEmpty(PaymentDecisions.TakeIn(heard, Captured, "USD", "sandbox", GivenPayment.Times, Given.Noon).Events);
    }

    [Fact]
    public void The_audit_waits_until_it_is_given_back_and_asks_for_no_order()
    {
        var captured = TakenIn(Captured).Answered(new ProviderAnswer.Captured(1_000));
        var over = captured.With(captured.Concluding(new ProviderAnswer.Refunded(1_000)));

        Assert.Equal((0, 1), Findings(captured));
        Assert.Equal((0, 0), Findings(over));
    }

    private static PaymentState TakenIn(FoundPayment found) =>
        GivenPayment.None.With(PaymentDecisions.TakeIn(GivenPayment.None, found, "USD", "sandbox", GivenPayment.Times, Given.Noon));

    private static (int Violations, int Lagging) Findings(PaymentState payment)
    {
        var clearing = new Clearing(new Dictionary<string, OrderState>(), [], new Dictionary<string, PaymentState> { [payment.Id] = payment });
        clearing.Judge();
        return (clearing.Violations.Count, clearing.Lagging.Count);
    }
}
