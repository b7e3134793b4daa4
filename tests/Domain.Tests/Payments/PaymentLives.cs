using CsCheck;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Tests.Payments;

/// <summary>
/// Place, pay, authorize, capture, decline, void, refund, cancel, expire and the provider's events in any order, with faults at every
/// call and a crash after every step: in the end the provider's ledger and the journal agree to the cent.
/// </summary>
public sealed class PaymentLives
{
    private static readonly Gen<(int What, int Which, int Fault, int Steps, int Pick)[]> Steps =
        Gen.Select(Gen.Int[0, 19], Gen.Int[0, 2], Gen.Int[0, 9], Gen.Int[1, 7], Gen.Int[0, 1_000]).Array[1, 40];

    [Fact]
    public void Whatever_happens_the_ledger_of_the_provider_and_the_journal_agree_to_the_cent() => Steps.Sample(steps =>
    {
        var life = new PaymentLife();
        foreach (var step in steps)
        {
            Do(life, step);
            AssertNoViolation(life);
        }

        life.Rest();
        AssertNoViolation(life);
        AssertAtRest(life);
    }, iter: 1_500);

    [Theory]
    [InlineData(CaptureMode.Automatic)]
    [InlineData(CaptureMode.Manual)]
    public void A_crash_after_any_step_of_a_payment_delays_it_and_loses_nothing(CaptureMode capture)
    {
        for (var first = 0; first <= 8; first++)
        {
            for (var second = 0; second <= 8; second++)
            {
                foreach (var fault in Enum.GetValues<CallFault>())
                {
                    var life = new PaymentLife();
                    life.Pay("p0", capture, plan: 2, fault, steps: first + 1);
                    life.Work("p0", fault, second);
                    life.Rest();

                    Assert.Equal(OrderStatus.Paid, life.Order.Status);
                    var charge = Assert.Single(life.Provider.Charges).Value;
                    Assert.Equal(
                        capture == CaptureMode.Automatic ? (0, 1_000, 0) : (1_000, 0, 0),
                        (charge.Authorized, charge.Captured, charge.Refunded));
                    AssertAtRest(life);
                }
            }
        }
    }

    [Fact]
    public void A_cancellation_between_any_two_steps_gives_everything_back()
    {
        foreach (var capture in Enum.GetValues<CaptureMode>())
        {
            for (var steps = 1; steps <= 8; steps++)
            {
                foreach (var fault in Enum.GetValues<CallFault>())
                {
                    var life = new PaymentLife();
                    life.Pay("p0", capture, plan: 2, fault, steps);
                    life.Decide(order => OrderDecisions.Cancel(order, Given.ByBuyer, null, life.Now));
                    life.Rest();

                    Assert.All(life.Provider.Charges.Values, charge => Assert.Equal((0, 0), (charge.Authorized, charge.Captured - charge.Refunded)));
                    Assert.True(life.Log.Count(entry => entry.EndsWith("compensated", StringComparison.Ordinal)) <= 1);
                    AssertAtRest(life);
                }
            }
        }
    }

    private static void Do(PaymentLife life, (int What, int Which, int Fault, int Steps, int Pick) step)
    {
        var (what, which, faulty, steps, pick) = step;
        var id = $"p{which}";
        var fault = faulty < 5 ? (CallFault)faulty : CallFault.None;
        life.Now = life.Now.AddSeconds(pick % 90);
        switch (what)
        {
            case 0 or 1 or 2:
                life.Pay(id, pick % 2 == 0 ? CaptureMode.Automatic : CaptureMode.Manual, plan: pick % 6, fault, steps);
                break;
            case 3 or 4 or 5 or 6:
                life.Work(id, fault, steps, refuses: pick % 4 == 0);
                break;
            case 7 or 8:
                life.Hear(pick);
                break;
            case 9:
                life.TellPayment(id, pick);
                break;
            case 10:
                life.TellOrder(pick);
                break;
            case 11:
                life.Provider.Act(id, agrees: pick % 3 != 0);
                break;
            case 12:
                life.Provider.DeliverLateCalls();
                break;
            case 13 or 14:
                life.Refund(100 * (1 + (pick % 9)));
                break;
            case 15 when pick % 3 == 0:
                life.Decide(order => OrderDecisions.Cancel(order, Given.ByBuyer, null, life.Now));
                break;
            case 16:
                life.Decide(order => OrderDecisions.Expire(order, life.Now));
                break;
            case 17:
                life.Decide(order => OrderDecisions.Pack(order, Given.ByStaff, life.Now));
                life.Decide(order => pick % 2 == 0 ? OrderDecisions.Ship(order, Given.ByStaff, Given.Parcel, life.Now) : OrderDecisions.Expire(order, life.Now));
                break;
            case 18:
                life.CaptureByOperator(id);
                break;
            case 19 when pick % 2 == 0:
                life.VoidByOperator(id);
                break;
            case 19 when pick % 5 == 0:
                life.Provider.Expire(id);
                break;
        }
    }

    private static void AssertNoViolation(PaymentLife life) =>
        Assert.True(life.Clear().Violations.Count == 0, $"{string.Join("; ", life.Clear().Violations)} after {string.Join("; ", life.Log)}");

    private static void AssertAtRest(PaymentLife life)
    {
        var story = string.Join("; ", life.Log);
        var order = life.Order;
        var phase = OrderLifecycle.PhaseOf(order.Status);
        foreach (var payment in life.Payments.Values)
        {
            var charge = life.Provider.Charges.GetValueOrDefault(payment.Id) ?? new ProviderLedger.Charge();
            Assert.True(
                (charge.Authorized, charge.Captured, charge.Refunded) == (payment.Authorized, payment.Captured, payment.Refunded),
                $"{payment.Id}: the ledger has {(charge.Authorized, charge.Captured, charge.Refunded)}, the journal "
                    + $"{(payment.Authorized, payment.Captured, payment.Refunded)}: {story}");
            Assert.True(charge.Refunded <= charge.Captured && charge.Captured + charge.Authorized <= 1_000, story);
            Assert.True(charge.Executed <= payment.Operations, $"{charge.Executed} operations were carried out: {story}");
            Assert.True(payment.Operation is null, $"{payment.Id} is still open: {story}");
            var lives = phase != ClaimPhase.None && order.PaidBy == payment.Id;
            Assert.True(lives || (charge.Authorized, charge.Captured - charge.Refunded) == (0, 0), $"{payment.Id} keeps money of no order: {story}");
            Assert.True(payment.Timeline.Count(entry => entry.Type == "payment.compensated") <= 1, $"compensated twice: {story}");
        }

        Assert.True(life.Reconcile().IsClean, $"{string.Join("; ", life.Reconcile().Differences)}: {story}");
        var amounts = OrderMoney.AmountsOf(order);
        Assert.Equal(
            (life.Provider.Charges.Values.Sum(charge => charge.Authorized), life.Provider.Charges.Values.Sum(charge => charge.Captured), life.Provider.Charges.Values.Sum(charge => charge.Refunded)),
            (amounts.Authorized, amounts.Captured, amounts.Refunded));
        Assert.True(phase != ClaimPhase.Secured, $"the order is still pending: {story}");
        if (phase is ClaimPhase.Paid or ClaimPhase.Closed)
        {
            var paid = life.Payments[order.PaidBy!];
            Assert.True(paid.Authorized + paid.Captured == order.Total || paid.NeedsAttention is not null, story);
            Assert.True(phase != ClaimPhase.Closed || paid.Captured == order.Total || paid.NeedsAttention is not null, $"shipped and not captured: {story}");
            Assert.Equal(order.Refunds.Where(refund => refund.Status == RefundStatus.Succeeded).Sum(refund => refund.Amount), paid.Refunded);
            Assert.DoesNotContain(order.Refunds, refund => refund.Status == RefundStatus.Pending);
        }

        Assert.Equal([], life.Clear().Lagging.Where(finding => !finding.Contains("operator", StringComparison.Ordinal) && life.Payments.Values.All(payment => payment.NeedsAttention is null)));
    }
}
