using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;
using Granary.Journal;
using Granary.Testing;

namespace Granary.Silo.Tests.Payments;

/// <summary>What a crash or a fault anywhere leaves behind is healed, and the provider's ledger and the journal agree.</summary>
public sealed class PaymentsUnderFire : IClassFixture<PaymentSilo>
{
    private readonly PaymentSilo _silo;

    public PaymentsUnderFire(PaymentSilo silo)
    {
        _silo = silo;
        (_silo.Provider.Faults, _silo.Provider.Before, _silo.Provider.Answers) = (_ => CallFault.None, _ => Task.CompletedTask, true);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_told_of_its_payment_although_the_silo_died_between_the_two()
    {
        var order = await _silo.PlaceAsync();
        var payment = PaymentId.From(order.Id, "key");
        Assert.Null((await _silo.Order(order.Id).StartPayment(new OrderCommand(order.UserId), payment, 100)).Refusal);
        var now = _silo.Clock.GetUtcNow();
        await AppendAsync(JournalStream.OfPayment(payment), 0, PaymentEvent.Codec,
        [
            new PaymentCreated(order.UserId, order.Id, order.UserId, 100, "USD", CaptureMode.Manual, "ledger", now.AddHours(1)),
            new PaymentMethodAttached("tok_ok"),
            new AuthorizeRequested(OperationKind.Authorize, 1, 100, 2, now.AddHours(1)),
            new PaymentAuthorized("ref", 100),
        ]);

        await UntilAsync(order, OrderStatus.Paid);
    }

    [Fact]
    public async Task A_payment_follows_its_order_although_the_silo_died_between_the_two()
    {
        var order = await _silo.PlaceAsync();
        var payment = (await _silo.PayAsync(order, capture: CaptureMode.Manual)).Payment!.Id;
        var history = await _silo.Journal.ReadStreamAsync(JournalStream.OfOrder(order.Id), 0, Cancellation);

        await AppendAsync(JournalStream.OfOrder(order.Id), history[^1].Version, OrderEvent.Codec, [new OrderCancelled(UserId.System, null)]);

        await Eventually.HoldsAsync(() => _silo.Provider.Find(payment)!.Authorized == 0, "the payment is voided", cancellation: Cancellation);
    }

    [Fact]
    public async Task A_wallet_has_the_refund_of_a_shipped_order_although_the_silo_died_between_the_two()
    {
        var order = await _silo.PlaceAsync(PaymentMethod.Wallet, deposit: 100);
        var staff = new OrderCommand(UserId.System);
        await _silo.Order(order.Id).Pay(staff);
        await _silo.Order(order.Id).Pack(staff);
        await _silo.Order(order.Id).Ship(staff, new Tracking("carrier", "1"));
        var history = await _silo.Journal.ReadStreamAsync(JournalStream.OfOrder(order.Id), 0, Cancellation);

        await AppendAsync(JournalStream.OfOrder(order.Id), history[^1].Version, OrderEvent.Codec,
            [new OrderRefundRequested(UserId.System, "r1", 30, "damaged"), new OrderRefundSucceeded(UserId.System, "r1")]);

        await Eventually.HoldsAsync(
            async () => (await _silo.User(order.UserId).Get()).User!.Wallet.Available == 30, "the wallet has the refund", cancellation: Cancellation);
    }

    [Fact]
    public async Task An_outcome_that_another_activation_has_recorded_first_stands()
    {
        var order = await _silo.PlaceAsync();
        var payment = PaymentId.From(order.Id, "key");
        _silo.Provider.Before = async call =>
        {
            _silo.Provider.Before = _ => Task.CompletedTask;
            var history = await _silo.Journal.ReadStreamAsync(JournalStream.OfPayment(payment), 0, Cancellation);
            await AppendAsync(JournalStream.OfPayment(payment), history[^1].Version, PaymentEvent.Codec,
            [
                new PaymentAuthorized("ref", 100),
                new CaptureRequested(UserId.System, OperationKind.Capture, 2, 100, _silo.Clock.GetUtcNow().AddSeconds(1)),
            ]);
        };

        // A front end repeats such a call, as it is idempotent.
        await Assert.ThrowsAsync<VersionConflictException>(() => _silo.PayAsync(order));
        Assert.Equal(PaymentStatus.Captured, (await _silo.PayAsync(order)).Payment!.Status);
        var charge = _silo.Provider.Find(payment)!;
        Assert.Equal((100, 2), (charge.Captured, charge.Operations));
        Assert.Single(await _silo.EventsOfAsync(payment), type => type == "payment.authorized");
    }

    [Fact]
    public async Task With_faults_everywhere_nobody_is_charged_twice_and_the_ledger_agrees_with_the_journal()
    {
        var random = new Random(18);
        var orders = new List<Order>();
        for (var i = 0; i < 60; i++)
        {
            orders.Add(await _silo.PlaceAsync());
        }

        _silo.Provider.Faults = call =>
        {
            lock (random)
            {
                return random.Next(10) switch { 0 => CallFault.Nothing, 1 => CallFault.CommitThenHang, _ => CallFault.None };
            }
        };
        _silo.Faults.SetRandom(seed: 7, share: 0.03);
        await Task.WhenAll(orders.Index().Select(order => LiveAsync(order.Item, order.Index)));
        _silo.Faults.Clear();
        _silo.Provider.Faults = _ => CallFault.None;

        // What is unpaid ends at its deadline, with its payment.
        _silo.Clock.Advance(TimeSpan.FromMinutes(26));
        foreach (var order in orders)
        {
            await Eventually.HoldsAsync(
                async () => (await _silo.Order(order.Id).Get(null)).Order!.Status != OrderStatus.Pending, "no order waits", cancellation: Cancellation);
        }

        await _silo.IsSoundAsync(Cancellation);
        var kept = 0L;
        foreach (var order in orders)
        {
            var now = (await _silo.Order(order.Id).Get(null)).Order!;
            var charge = _silo.Provider.Find(PaymentId.From(order.Id, "key")) ?? new LedgerProvider.Charge();
            Assert.Equal(
                (now.Amounts!.Authorized, now.Amounts.Captured, now.Amounts.Refunded), (charge.Authorized, charge.Captured, charge.Refunded));
            Assert.InRange(charge.Authorized + charge.Captured - charge.Refunded, 0, now.Status is OrderStatus.Cancelled or OrderStatus.Expired ? 0 : 100);
            kept += now.Amounts.Captured - now.Amounts.Refunded;
        }

        Assert.True(kept > 1_000, $"Only {kept} was paid.");
    }

    /// <summary>Pays, and then cancels, refunds, ships or does nothing, whatever fails on the way.</summary>
    private async Task LiveAsync(Order order, int number)
    {
        var capture = number % 3 == 0 ? CaptureMode.Manual : CaptureMode.Automatic;
        var paying = TryAsync(async () => Assert.True((await _silo.PayAsync(order, number % 10 == 9 ? "tok_declined" : "tok_ok", capture)).Refusal is null));
        if (number % 5 == 0)
        {
            await TryAsync(() => _silo.Order(order.Id).Cancel(new OrderCommand(UserId.System), null));
        }

        await paying;
        var payment = PaymentId.From(order.Id, "key");
        for (var time = 0; time < 3; time++)
        {
            var (headers, body) = LedgerProvider.EventOf(payment, $"evt_{order.Id}_{time % 2}", ProviderEventType.Authorized);
            await TryAsync(() => _silo.Desk.Receive("ledger", headers, body));
        }

        if (number % 4 == 1)
        {
            await TryAsync(() => _silo.Order(order.Id).Refund(new RefundOrder(PaymentId.OfRefund(order.Id, "r"), 40, "damaged", new OrderCommand(UserId.System))));
        }
        else if (number % 4 == 2)
        {
            await TryAsync(() => _silo.Order(order.Id).Pack(new OrderCommand(UserId.System)));
            await TryAsync(() => _silo.Order(order.Id).Ship(new OrderCommand(UserId.System), new Tracking("carrier", "1")));
        }
    }

    /// <summary>A client repeats what it was not answered, up to five times.</summary>
    private static async Task TryAsync(Func<Task> call)
    {
        for (var tries = 0; tries < 5; tries++)
        {
            try
            {
                await call();
                return;
            }
            catch (Exception fault) when (fault is JournalException or TimeoutException or OrleansException or Xunit.Sdk.XunitException)
            {
                // Again.
            }
        }
    }

    private async Task AppendAsync<TEvent>(string stream, long after, EventCodec<TEvent> codec, IReadOnlyList<TEvent> events)
        where TEvent : class =>
        await _silo.Journal.AppendAsync(new JournalAppend(
            stream, after, [.. events.Select(happened => codec.Encode(happened, _silo.Clock.GetUtcNow(), null))]));

    private Task UntilAsync(Order order, OrderStatus status) => Eventually.HoldsAsync(
        async () => (await _silo.Order(order.Id).Get(null)).Order!.Status == status, $"the order is {status}", cancellation: Cancellation);
}
