using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;
using Granary.Testing;

namespace Granary.Silo.Tests.Payments;

/// <summary>Paying an order with a provider that may fail, up to what the order says of it.</summary>
public sealed class PayOrderExternally : IClassFixture<PaymentSilo>
{
    private readonly PaymentSilo _silo;

    public PayOrderExternally(PaymentSilo silo)
    {
        _silo = silo;
        (_silo.Provider.Faults, _silo.Provider.Before, _silo.Provider.Answers) = (_ => CallFault.None, _ => Task.CompletedTask, true);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_payment_that_is_captured_pays_the_order_before_it_answers()
    {
        var order = await _silo.PlaceAsync();

        var reply = await _silo.PayAsync(order);

        Assert.Equal((PaymentStatus.Captured, 100, false), (reply.Payment!.Status, reply.Payment.Captured, reply.Payment.IsOpen));
        Assert.Equal((OrderStatus.Paid, OrderPaymentStatus.Paid), await StatusOf(order));
        Assert.Equal((0, 100, 2), Of(_silo.Provider.Find(reply.Payment.Id)!));
        Assert.Equal((0, 0), await WalletOf(order));
        await _silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task A_repeated_command_answers_with_the_payment_and_charges_nothing_more()
    {
        var order = await _silo.PlaceAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _silo.PayAsync(order)));

        Assert.All(replies, reply => Assert.Equal(PaymentStatus.Captured, reply.Payment!.Status));
        Assert.True((await _silo.PayAsync(order)).Replayed);
        Assert.IsType<IdempotencyKeyReused>((await _silo.PayAsync(order, "tok_other")).Refusal);
        Assert.Equal((0, 100, 2), Of(_silo.Provider.Find(replies[0].Payment!.Id)!));
    }

    [Fact]
    public async Task A_declined_payment_leaves_the_order_to_another_one()
    {
        var order = await _silo.PlaceAsync();

        var declined = await _silo.PayAsync(order, "tok_declined");
        var second = await _silo.PayAsync(order, key: "second");

        Assert.Equal((PaymentStatus.Declined, "card_declined"), (declined.Payment!.Status, declined.Payment.DeclineCode));
        Assert.Equal(PaymentStatus.Captured, second.Payment!.Status);
        Assert.Equal(2, (await _silo.Order(order.Id).Get(null)).Order!.Payments!.Count);
        await _silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task An_order_whose_payments_were_all_declined_is_refused_another_and_nothing_is_recorded()
    {
        var order = await _silo.PlaceAsync();
        for (var number = 0; number < OrderPaymentDecisions.MostPayments; number++)
        {
            Assert.Equal(PaymentStatus.Declined, (await _silo.PayAsync(order, "tok_declined", key: $"key{number}")).Payment!.Status);
        }

        Assert.IsType<IllegalTransition>((await _silo.PayAsync(order, key: "more")).Refusal);
        Assert.Empty(await _silo.EventsOfAsync(PaymentId.From(order.Id, "more")));
    }

    [Fact]
    public async Task While_one_payment_is_open_another_one_and_an_amendment_are_refused()
    {
        var order = await _silo.PlaceAsync();
        var open = (await _silo.PayAsync(order, "tok_3ds")).Payment!;

        Assert.Equal((PaymentStatus.RequiresAction, "https://bank.example/"), (open.Status, open.NextAction));
        Assert.Equal(new PaymentInProgress(open.Id), (await _silo.PayAsync(order, key: "other")).Refusal);
        Assert.Equal(new PaymentInProgress(open.Id), (await _silo.PayAsync(order, key: "other")).Refusal);
        Assert.IsType<PaymentInProgress>((await _silo.Order(order.Id).Amend(
            new OrderCommand(order.UserId), new OrderAmendment([new RequestedLine(order.Lines[0].Sku, 1)], null, null))).Refusal);

        Assert.Empty(await _silo.EventsOfAsync(PaymentId.From(order.Id, "other")));

        _silo.Provider.Act(open.Id, agrees: true);
        await UntilAsync(open.Id, PaymentStatus.Captured);
        await UntilAsync(order, OrderStatus.Paid);
        await _silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task What_cannot_be_paid_is_refused_and_nothing_is_recorded()
    {
        var (ofWallet, cancelled) = (await _silo.PlaceAsync(PaymentMethod.Wallet, deposit: 100), await _silo.PlaceAsync());
        await _silo.Order(cancelled.Id).Cancel(new OrderCommand(UserId.System), null);

        Assert.IsType<IllegalTransition>((await _silo.PayAsync(ofWallet)).Refusal);
        Assert.IsType<IllegalTransition>((await _silo.PayAsync(cancelled)).Refusal);
        Assert.IsType<NotFound>((await _silo.PayAsync(cancelled with { UserId = "u-other" })).Refusal);
        Assert.IsType<NotFound>((await _silo.Payment(PaymentId.From(cancelled.Id, "key")).Get(null)).Refusal);
        Assert.IsType<IllegalTransition>((await _silo.Order(cancelled.Id).Pay(new OrderCommand(UserId.System))).Refusal);
        Assert.Empty(await _silo.EventsOfAsync(PaymentId.From(ofWallet.Id, "key")));
    }

    [Theory]
    [InlineData(OperationKind.Authorize, CallFault.CommitThenHang)]
    [InlineData(OperationKind.Authorize, CallFault.Nothing)]
    [InlineData(OperationKind.Capture, CallFault.CommitThenHang)]
    [InlineData(OperationKind.Capture, CallFault.Nothing)]
    public async Task A_call_without_an_answer_is_asked_about_and_charges_once(OperationKind kind, CallFault fault)
    {
        var order = await _silo.PlaceAsync();
        FailOnce(kind, fault);

        var reply = await _silo.PayAsync(order);

        Assert.True(reply.Payment!.IsOpen || reply.Payment.Status == PaymentStatus.Captured);
        await UntilAsync(reply.Payment.Id, PaymentStatus.Captured);
        await UntilAsync(order, OrderStatus.Paid);
        Assert.Equal((0, 100, 2), Of(_silo.Provider.Find(reply.Payment.Id)!));
        Assert.Contains("payment.processing", await _silo.EventsOfAsync(reply.Payment.Id));
    }

    [Theory]
    [InlineData(OperationKind.Authorize)]
    [InlineData(OperationKind.Capture)]
    public async Task A_silo_that_goes_between_the_request_and_its_outcome_only_delays(OperationKind kind)
    {
        var order = await _silo.PlaceAsync();
        var called = new TaskCompletionSource();
        _silo.Provider.Faults = call =>
        {
            if (call.Operation.Kind != kind)
            {
                return CallFault.None;
            }

            called.TrySetResult();
            return CallFault.CommitThenSilence;
        };
        var lost = _silo.PayAsync(order);
        await called.Task.WaitAsync(Cancellation);
        await _silo.RestartAsync();
        _silo.Provider.Faults = _ => CallFault.None;
        await lost.ContinueWith(_ => { }, Cancellation, TaskContinuationOptions.None, TaskScheduler.Default);

        await UntilAsync(order, OrderStatus.Paid);
        Assert.Equal((0, 100, 2), Of(_silo.Provider.Find(PaymentId.From(order.Id, "key"))!));
        await _silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task An_order_that_is_cancelled_while_its_payment_is_called_gets_its_money_back_once()
    {
        var order = await _silo.PlaceAsync();
        var (called, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _silo.Provider.Before = call =>
        {
            called.TrySetResult();
            return call.Operation.Kind == OperationKind.Authorize ? goOn.Task : Task.CompletedTask;
        };
        var paying = _silo.PayAsync(order);
        await called.Task.WaitAsync(Cancellation);
        Assert.Null((await _silo.Order(order.Id).Cancel(new OrderCommand(UserId.System), null)).Refusal);
        goOn.SetResult();

        var payment = (await paying).Payment!.Id;
        await UntilAsync(payment, PaymentStatus.Voided);
        Assert.Equal((0, 0, 2), Of(_silo.Provider.Find(payment)!));
        Assert.Single(await _silo.EventsOfAsync(payment), type => type == "payment.compensated");
        await _silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task A_paid_order_that_is_cancelled_is_refunded_whole()
    {
        var order = await _silo.PlaceAsync();
        var payment = (await _silo.PayAsync(order)).Payment!.Id;

        await _silo.Order(order.Id).Cancel(new OrderCommand(UserId.System), null);

        await Eventually.HoldsAsync(() => _silo.Provider.Find(payment)!.Refunded == 100, cancellation: Cancellation);
        await _silo.IsSoundAsync(Cancellation);
        Assert.Equal(OrderPaymentStatus.Refunded, (await StatusOf(order)).Payment);
        Assert.Equal(3, _silo.Provider.Find(payment)!.Operations);
    }

    [Fact]
    public async Task A_manual_payment_pays_the_order_when_it_is_authorized_and_is_captured_when_that_ships()
    {
        var order = await _silo.PlaceAsync();
        var payment = (await _silo.PayAsync(order, capture: CaptureMode.Manual)).Payment!;
        Assert.Equal((PaymentStatus.Authorized, false), (payment.Status, payment.IsOpen));
        Assert.Equal((OrderStatus.Paid, OrderPaymentStatus.Authorized), await StatusOf(order));

        await _silo.Order(order.Id).Pack(new OrderCommand(UserId.System));
        Assert.IsType<IllegalTransition>((await _silo.Payment(payment.Id).Void("u-op")).Refusal);
        await _silo.Order(order.Id).Ship(new OrderCommand(UserId.System), new Tracking("carrier", "1"));

        await UntilAsync(payment.Id, PaymentStatus.Captured);
        await _silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task An_order_whose_authorization_ended_is_not_shipped_and_its_cancellation_ends_the_attention()
    {
        var order = await _silo.PlaceAsync();
        var payment = (await _silo.PayAsync(order, capture: CaptureMode.Manual)).Payment!.Id;
        await _silo.Order(order.Id).Pack(new OrderCommand(UserId.System));
        _silo.Provider.Expire(payment);
        var (headers, body) = LedgerProvider.EventOf(payment, "evt_expired", ProviderEventType.AuthorizationExpired);
        await _silo.Desk.Receive("ledger", headers, body);
        await UntilAsync(payment, PaymentStatus.AuthorizationExpired);
        Assert.Equal("authorization_expired", (await _silo.Payment(payment).Get(null)).Payment!.NeedsAttention);
        await Eventually.HoldsAsync(
            async () => (await _silo.Order(order.Id).Get(null)).Order!.Amounts!.Authorized == 0, "the order is told", cancellation: Cancellation);

        var refused = Assert.IsType<IllegalTransition>(
            (await _silo.Order(order.Id).Ship(new OrderCommand(UserId.System), new Tracking("carrier", "1"))).Refusal);
        Assert.Equal(["cancel"], refused.AllowedActions);
        await _silo.Order(order.Id).Cancel(new OrderCommand(UserId.System), null);

        await Eventually.HoldsAsync(
            async () => (await _silo.Payment(payment).Get(null)).Payment!.NeedsAttention is null, "the attention ends", cancellation: Cancellation);
        await _silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task An_operator_captures_a_manual_payment_early_and_voids_one_that_waits_for_its_payer()
    {
        var (first, second) = (await _silo.PlaceAsync(), await _silo.PlaceAsync());
        var manual = (await _silo.PayAsync(first, capture: CaptureMode.Manual)).Payment!;
        var waiting = (await _silo.PayAsync(second, "tok_3ds")).Payment!;

        Assert.Equal(PaymentStatus.Captured, (await _silo.Payment(manual.Id).Capture("u-op")).Payment!.Status);
        Assert.Equal(PaymentStatus.Voided, (await _silo.Payment(waiting.Id).Void("u-op")).Payment!.Status);
        Assert.Equal(PaymentStatus.Captured, (await _silo.PayAsync(second, key: "second")).Payment!.Status);
        await _silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task A_payment_under_way_extends_the_deadline_of_its_order_once()
    {
        var order = await _silo.PlaceAsync();
        var payment = (await _silo.PayAsync(order, "tok_3ds")).Payment!.Id;

        _silo.Clock.Advance(order.ExpiresAt!.Value - _silo.Clock.GetUtcNow());
        await Eventually.HoldsAsync(
            async () => (await _silo.Order(order.Id).Get(null)).Order!.ExpiresAt == order.ExpiresAt.Value.AddMinutes(10),
            "the sweep has the deadline extended",
            cancellation: Cancellation);
        Assert.Equal(OrderStatus.Pending, (await StatusOf(order)).Order);

        _silo.Clock.Advance(TimeSpan.FromMinutes(10));
        await UntilAsync(order, OrderStatus.Expired);
        await UntilAsync(payment, PaymentStatus.Voided);
        await _silo.IsSoundAsync(Cancellation);
    }

    private void FailOnce(OperationKind kind, CallFault fault)
    {
        var failed = 0;
        _silo.Provider.Faults = call => call.Operation.Kind == kind && Interlocked.Exchange(ref failed, 1) == 0 ? fault : CallFault.None;
    }

    private static (long Authorized, long Captured, int Operations) Of(LedgerProvider.Charge charge) =>
        (charge.Authorized, charge.Captured, charge.Operations);

    private async Task<(OrderStatus Order, OrderPaymentStatus Payment)> StatusOf(Order order)
    {
        var now = (await _silo.Order(order.Id).Get(null)).Order!;
        return (now.Status, now.PaymentStatus);
    }

    private async Task<(long Held, long Spent)> WalletOf(Order order)
    {
        var wallet = (await _silo.User(order.UserId).Get()).User!.Wallet;
        return (wallet.Held, wallet.Spent);
    }

    private Task UntilAsync(Order order, OrderStatus status) => Eventually.HoldsAsync(
        async () => (await StatusOf(order)).Order == status, $"the order is {status}", cancellation: Cancellation);

    private Task UntilAsync(string payment, PaymentStatus status) => Eventually.HoldsAsync(
        async () => (await _silo.Payment(payment).Get(null)).Payment?.Status == status, $"the payment is {status}", cancellation: Cancellation);
}
