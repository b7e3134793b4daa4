using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

/// <summary>The faults that an audit of a journal finds, and the states that it must not report.</summary>
public sealed class JournalAuditTests
{
    private readonly List<JournalRecord> _journal = [];

    [Fact]
    public void A_journal_of_an_order_that_was_placed_paid_and_shipped_is_sound_and_in_step()
    {
        PlaceAndPay();
        Order(new OrderPackingStarted("u-operator"), new OrderShipped("u-operator", new Tracking("DHL", "1")));
        Stock(new SaleClosed("o1", 4));
        User(new CaptureClosed("o1", 4));

        var report = Audit();

        Assert.Empty(report.Violations);
        Assert.Empty(report.Lagging);
        Assert.Equal((1, 1, 1), (report.Orders, report.Products, report.Users));
    }

    [Fact]
    public void A_journal_that_ends_anywhere_in_the_life_of_an_order_is_sound()
    {
        PlaceAndPay();
        Order(new OrderCancelled("u-buyer", null));
        Stock(new StockRestocked("o1", 3, 2));
        User(new MoneyRefunded("o1", 3, 1_000));

        for (var length = 0; length <= _journal.Count; length++)
        {
            Assert.Empty(Audit(length).Violations);
        }
    }

    [Fact]
    public void A_reservation_of_an_undecided_attempt_lags_behind_and_is_not_a_fault()
    {
        Open();
        Stock(new StockReserved("o1", 1, 2));

        var report = Audit();

        Assert.True(report.IsSound);
        Assert.Single(report.Lagging);
    }

    [Fact]
    public void A_gap_in_a_stream_is_a_violation()
    {
        PlaceAndPay();
        _journal.RemoveAll(record => record is { Stream: "order/o1", Version: 1 });

        Assert.Contains(Audit().Violations, violation => violation.Contains("gap", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pending_order_without_its_units_or_its_money_is_a_violation_each()
    {
        Open();
        Order(Given.Placed);

        Assert.Equal(2, Audit().Violations.Count);
    }

    [Fact]
    public void Units_sold_without_an_order_are_a_violation()
    {
        PlaceAndPay();
        Stock(new StockReserved("o2", 7, 1), new StockSold("o2", 1, 1, [7]));

        Assert.NotEmpty(Audit().Violations);
    }

    [Fact]
    public void More_reserved_than_on_hand_is_a_violation()
    {
        Open();
        Stock(new StockReserved("o1", 1, 11));

        Assert.Contains(Audit().Violations, violation => violation.Contains("reserved", StringComparison.Ordinal));
    }

    [Fact]
    public void Money_spent_twice_on_one_order_is_a_violation()
    {
        PlaceAndPay();
        User(new MoneyHeld("o1", 9, 1_000), new MoneyCaptured("o1", 2, 1_000, [9]));

        Assert.NotEmpty(Audit().Violations);
    }

    [Fact]
    public void A_withdrawal_is_sound_and_one_of_money_that_an_order_holds_is_a_violation()
    {
        Open();
        User(new MoneyWithdrawn("u-admin", 4_000, "transfer 1", null), new MoneyHeld("o1", 1, 1_000));
        Assert.DoesNotContain(Audit().Violations, violation => violation.Contains("withdrawn", StringComparison.Ordinal));

        User(new MoneyWithdrawn("u-admin", 1, null, null));

        Assert.Contains(Audit().Violations, violation => violation.Contains("withdrawn", StringComparison.Ordinal));
    }

    [Fact]
    public void An_order_without_the_claim_of_its_reference_is_a_violation()
    {
        PlaceAndPay("web-1");
        Assert.Contains(Audit().Violations, violation => violation.Contains("web-1", StringComparison.Ordinal));

        Claim("web-1", "o1", 1);
        Assert.Empty(Audit().Violations);
        Assert.DoesNotContain(Audit().Lagging, lagging => lagging.Contains("web-1", StringComparison.Ordinal));

        Claim("web-1", "o2", 5);
        Assert.Contains(Audit().Violations, violation => violation.Contains("web-1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_claim_of_a_reference_that_its_order_does_not_have_is_a_violation_and_one_without_an_order_lags_behind()
    {
        PlaceAndPay();
        Claim("web-1", "o2", 5);
        Assert.Empty(Audit().Violations);
        Assert.Contains(Audit().Lagging, lagging => lagging.Contains("web-1", StringComparison.Ordinal));

        Claim("web-1", "o1", 1);

        Assert.Contains(Audit().Violations, violation => violation.Contains("web-1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_journal_that_ends_anywhere_in_the_life_of_an_externally_paid_order_is_sound()
    {
        PayExternally();
        Order(new OrderRefundRequested("u-operator", "r1", 300, "damaged"));
        Payment(new RefundQueued("r1", 300, 7), new RefundRequested("r1", OperationKind.Refund, 3, 300, Given.Noon), new RefundSucceeded("r1", 300));
        Order(new OrderPaymentUpdated("system", "p1", 9, 0, 1_000, 300), new OrderRefundSucceeded("system", "r1"));

        for (var length = 0; length <= _journal.Count; length++)
        {
            Assert.Empty(Audit(length).Violations);
        }

        Assert.Equal((0, 1), (Audit().Lagging.Count, Audit().Payments));
    }

    [Fact]
    public void More_refunded_at_the_provider_than_the_order_has_decided_on_is_a_violation()
    {
        PayExternally();
        Payment(new RefundRequested("r1", OperationKind.Refund, 3, 300, Given.Noon), new RefundSucceeded("r1", 300));

        Assert.Contains(Audit().Violations, violation => violation.Contains("has decided on 0", StringComparison.Ordinal));
    }

    [Fact]
    public void An_order_that_knows_of_other_amounts_than_its_payment_has_is_a_violation()
    {
        PayExternally();
        Order(new OrderPaymentUpdated("system", "p1", 6, 0, 1_000, 1));

        Assert.NotEmpty(Audit().Violations);
    }

    [Fact]
    public void An_order_that_is_paid_without_a_payment_or_by_the_wallet_as_well_is_a_violation()
    {
        PayExternally();
        User(new MoneyHeld("o1", 9, 1_000), new MoneyCaptured("o1", 9, 1_000, [9]));
        Assert.Contains(Audit().Violations, violation => violation.StartsWith("Wallet", StringComparison.Ordinal));

        _journal.RemoveAll(record => record.Stream == "payment/p1");
        Assert.Contains(Audit().Violations, violation => violation.Contains("not in the journal", StringComparison.Ordinal));
    }

    [Fact]
    public void Money_that_a_payment_keeps_for_a_cancelled_order_lags_behind()
    {
        PayExternally();
        Order(new OrderCancelled("u-buyer", null));
        Stock(new StockRestocked("o1", 5, 2));

        Assert.Empty(Audit().Violations);
        Assert.Contains(Audit().Lagging, finding => finding.Contains("does not live on it", StringComparison.Ordinal));
    }

    [Fact]
    public void A_wallet_that_returns_more_than_its_order_has_decided_on_is_a_violation()
    {
        PlaceAndPay();
        User(new OrderMoneyReturned("o1", 2, 300));

        Assert.Contains(Audit().Violations, violation => violation.Contains("it has decided on 0", StringComparison.Ordinal));
    }

    private void PayExternally()
    {
        Open();
        Stock(new StockReserved("o1", 1, 2));
        Order(Given.Placed with { PaymentMethod = PaymentMethod.External });
        Payment(
            new PaymentCreated("u-buyer", "o1", "u-buyer", 1_000, "USD", CaptureMode.Automatic, "sandbox", Given.Noon),
            new PaymentMethodAttached("tok_ok"));
        Order(new OrderPaymentStarted("u-buyer", "p1", null));
        Payment(
            new AuthorizeRequested(OperationKind.Authorize, 1, 1_000, 2, Given.Noon),
            new PaymentAuthorized("pi_1", 1_000),
            new CaptureRequested("system", OperationKind.Capture, 2, 1_000, Given.Noon),
            new PaymentCaptured(1_000));
        Order(new OrderPaymentUpdated("system", "p1", 6, 0, 1_000, 0), new OrderPaid("u-buyer", "p1"));
        Stock(new StockSold("o1", 4, 2, [1]));
    }

    private void Payment(params IEnumerable<PaymentEvent> events) => Append<PaymentState, PaymentEvent>("p1", events);

    private void Claim(string reference, string order, long attempt) => Append<ReferenceState, ReferenceEvent>(
        ReferenceState.KeyOf(Given.Placed.By, reference), [new ReferenceClaimed(Given.Placed.By, reference, order, attempt)]);

    private void Open()
    {
        Stock(Given.Tea, new StockAdjusted("u-operator", 10, "delivery", null));
        User(Given.Buyer, new MoneyDeposited("u-admin", 5_000, null));
    }

    private void PlaceAndPay(string? reference = null)
    {
        Open();
        Stock(new StockReserved("o1", 1, 2));
        User(new MoneyHeld("o1", 1, 1_000));
        Order(Given.Placed with { ExternalReference = reference }, new OrderPaid("u-buyer"));
        Stock(new StockSold("o1", 2, 2, [1]));
        User(new MoneyCaptured("o1", 2, 1_000, [1]));
    }

    private void Order(params IEnumerable<OrderEvent> events) => Append<OrderState, OrderEvent>("o1", events);

    private void Stock(params IEnumerable<StockEvent> events) => Append<StockState, StockEvent>("TEA", events);

    private void User(params IEnumerable<UserEvent> events) => Append<UserState, UserEvent>("u-buyer", events);

    private void Append<TState, TEvent>(string key, IEnumerable<TEvent> events)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        foreach (var domainEvent in events)
        {
            var stream = TState.StreamOf(key);
            var entry = TState.Codec.Encode(domainEvent, Given.Noon, trace: null);
            var version = _journal.Count(record => record.Stream == stream) + 1;
            _journal.Add(new JournalRecord(_journal.Count + 1, stream, version, entry.Type, entry.Payload, entry.At));
        }
    }

    private AuditReport Audit(int? length = null)
    {
        var audit = new JournalAudit();
        foreach (var record in _journal.Take(length ?? _journal.Count))
        {
            audit.Add(record);
        }

        return audit.Judge();
    }
}
