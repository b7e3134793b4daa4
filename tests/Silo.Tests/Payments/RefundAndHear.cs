using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;
using Granary.Testing;

namespace Granary.Silo.Tests.Payments;

/// <summary>Refunds of orders, and events that the provider sends by itself.</summary>
public sealed class RefundAndHear : IClassFixture<PaymentSilo>
{
    private readonly PaymentSilo _silo;

    public RefundAndHear(PaymentSilo silo)
    {
        _silo = silo;
        (_silo.Provider.Faults, _silo.Provider.Before, _silo.Provider.Answers) = (_ => CallFault.None, _ => Task.CompletedTask, true);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PaymentMethod.External)]
    [InlineData(PaymentMethod.Wallet)]
    public async Task Refunds_of_30_and_40_of_100_succeed_and_40_more_is_refused(PaymentMethod method)
    {
        var order = await _silo.PlaceAsync(method, deposit: 100);
        var paid = method == PaymentMethod.External ? (await _silo.PayAsync(order)).Refusal : (await _silo.Order(order.Id).Pay(Staff)).Refusal;
        Assert.Null(paid);

        Assert.Null((await RefundAsync(order, "a", 30)).Refusal);
        Assert.Null((await RefundAsync(order, "a", 30)).Refusal);
        Assert.Null((await RefundAsync(order, "b", 40)).Refusal);
        Assert.Equal(new RefundExceedsCaptured(30), (await RefundAsync(order, "c", 40)).Refusal);

        await Eventually.HoldsAsync(
            async () => (await _silo.Order(order.Id).Get(null)).Order!.Refunds!.All(refund => refund.Status == RefundStatus.Succeeded),
            "the refunds have succeeded",
            cancellation: Cancellation);
        var amounts = (await _silo.Order(order.Id).Get(null)).Order!.Amounts!;
        Assert.Equal((100, 70), (amounts.Captured, amounts.Refunded));
        await _silo.IsSoundAsync(Cancellation);
        if (method == PaymentMethod.External)
        {
            Assert.Equal(70, _silo.Provider.Find(PaymentId.From(order.Id, "key"))!.Refunded);
        }
        else
        {
            Assert.Equal(70, (await _silo.User(order.UserId).Get()).User!.Wallet.Available);
        }
    }

    [Fact]
    public async Task A_refund_whose_call_has_no_answer_is_done_later_and_once()
    {
        var order = await _silo.PlaceAsync();
        var payment = (await _silo.PayAsync(order)).Payment!.Id;
        var failed = 0;
        _silo.Provider.Faults = call =>
            call.Operation.Kind == OperationKind.Refund && Interlocked.Exchange(ref failed, 1) == 0 ? CallFault.CommitThenHang : CallFault.None;

        Assert.Equal(RefundStatus.Pending, Assert.Single((await RefundAsync(order, "a", 30)).Order!.Refunds!).Status);

        await Eventually.HoldsAsync(
            async () => (await _silo.Order(order.Id).Get(null)).Order!.Refunds![0].Status == RefundStatus.Succeeded,
            "the refund has succeeded",
            cancellation: Cancellation);
        Assert.Equal((30, 3), (_silo.Provider.Find(payment)!.Refunded, _silo.Provider.Find(payment)!.Operations));
    }

    [Fact]
    public async Task An_event_is_taken_in_once_and_a_forged_or_foreign_one_is_not()
    {
        var order = await _silo.PlaceAsync();
        var payment = (await _silo.PayAsync(order)).Payment!.Id;
        var (headers, body) = LedgerProvider.EventOf(payment, "evt_1", ProviderEventType.Captured);

        for (var time = 0; time < 5; time++)
        {
            Assert.Equal(EventReceipt.Taken, await _silo.Desk.Receive("ledger", headers, body));
        }

        Assert.Equal(EventReceipt.BadSignature, await _silo.Desk.Receive("ledger", new Dictionary<string, string>(), body));
        Assert.Equal(EventReceipt.UnknownProvider, await _silo.Desk.Receive("stripe", headers, body));
        Assert.Single((await _silo.Payment(payment).Get(null)).Payment!.Timeline, entry => entry.Type == "payment.event_received");
        Assert.DoesNotContain("payment.doubted", await _silo.EventsOfAsync(payment));
    }

    [Fact]
    public async Task An_event_before_the_answer_has_the_provider_asked_at_once()
    {
        var order = await _silo.PlaceAsync();
        var payment = PaymentId.From(order.Id, "key");
        var calls = 0;
        _silo.Provider.Before = async call =>
        {
            if (call.Operation.Kind == OperationKind.Capture && Interlocked.Increment(ref calls) == 1)
            {
                _silo.Provider.Answers = false;
                var (headers, body) = LedgerProvider.EventOf(payment, "evt_early", ProviderEventType.Captured);
                Assert.Equal(EventReceipt.Taken, await _silo.Desk.Receive("ledger", headers, body));
                _silo.Provider.Answers = true;
            }
        };
        _silo.Provider.Faults = call => call.Operation.Kind == OperationKind.Capture ? CallFault.CommitThenHang : CallFault.None;

        Assert.Equal(PaymentStatus.Captured, (await _silo.PayAsync(order)).Payment!.Status);
    }

    [Fact]
    public async Task An_event_about_a_payment_that_is_not_known_yet_is_kept()
    {
        var order = await _silo.PlaceAsync();
        var payment = PaymentId.From(order.Id, "key");
        var (headers, body) = LedgerProvider.EventOf(payment, "evt_2", ProviderEventType.Authorized);
        Assert.Equal(EventReceipt.Taken, await _silo.Desk.Receive("ledger", headers, body));
        Assert.IsType<NotFound>((await _silo.Payment(payment).Get(null)).Refusal);

        var reply = await _silo.PayAsync(order);

        Assert.Equal((PaymentStatus.Captured, false), (reply.Payment!.Status, reply.Replayed));
        Assert.Equal(["payment.event_received", "payment.created"], reply.Payment.Timeline.Take(2).Select(entry => entry.Type));
    }

    [Fact]
    public async Task A_provider_that_contradicts_the_journal_is_asked_and_an_operator_is_called()
    {
        var order = await _silo.PlaceAsync();
        var payment = (await _silo.PayAsync(order)).Payment!.Id;
        var (headers, body) = LedgerProvider.EventOf(payment, "evt_3", ProviderEventType.Disputed);
        _silo.Disputed.Add(payment);

        await _silo.Desk.Receive("ledger", headers, body);

        Assert.Equal("disputed", (await _silo.Payment(payment).Get(null)).Payment!.NeedsAttention);
        var (again, voided) = LedgerProvider.EventOf(payment, "evt_4", ProviderEventType.Voided);
        await _silo.Desk.Receive("ledger", again, voided);
        await Eventually.HoldsAsync(
            async () => (await _silo.EventsOfAsync(payment)).Contains("payment.confirmed"), "the provider confirms", cancellation: Cancellation);
    }

    private static OrderCommand Staff => new(UserId.System);

    private Task<OrderReply> RefundAsync(Order order, string key, long amount) => _silo.Order(order.Id).Refund(
        new RefundOrder(PaymentId.OfRefund(order.Id, key), amount, "damaged", Staff));
}
