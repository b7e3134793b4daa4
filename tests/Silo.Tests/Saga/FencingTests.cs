using System.Text;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Journal;
using Granary.Testing;

namespace Granary.Silo.Tests.Saga;

/// <summary>
/// What an activation does when another activation, on the other side of a partition, has written to its stream.
/// </summary>
public sealed class FencingTests(SagaSilo silo) : IClassFixture<SagaSilo>
{
    [Fact]
    public async Task The_loser_of_a_version_discards_its_decision_and_the_next_call_decides_on_the_durable_state()
    {
        var sku = await silo.NewProductAsync("FENCED", 100, 5);
        await WriteBehindAsync(StockState.StreamOf(sku), 2, "stock.reserved", """{"order":"elsewhere","attempt":1,"quantity":4}""");

        await Assert.ThrowsAsync<VersionConflictException>(() => silo.Stock(sku).Reserve(new ReserveStock("here", 1, 2, 100)));
        var reply = await AnsweredAsync(() => silo.Stock(sku).Reserve(new ReserveStock("here", 1, 2, 100)));

        Assert.Equal((ReserveResult.Insufficient, 1L), (reply.Result, reply.Available));
    }

    [Fact]
    public async Task Every_caller_that_waits_for_a_lost_append_gets_its_error()
    {
        var user = await silo.NewUserAsync(10_000);
        await WriteBehindAsync(UserState.StreamOf(user), 2, "wallet.deposited", """{"by":"elsewhere","amount":5}""");

        var holds = Enumerable.Range(0, 20).Select(i => Record.ExceptionAsync(() => silo.User(user).Hold(new HoldMoney($"o{i}", 1, 10))).AsTask()).ToList();
        var faults = (await Task.WhenAll(holds)).OfType<VersionConflictException>().ToList();

        Assert.NotEmpty(faults);
        var wallet = (await AnsweredAsync(() => silo.User(user).Get())).User!.Wallet;
        Assert.Equal(10_005, wallet.Deposited);
        Assert.Equal((20 - faults.Count) * 10, wallet.Held);
    }

    [Fact]
    public async Task A_placement_whose_attempt_was_voided_meanwhile_succeeds_under_another_attempt()
    {
        var user = await silo.NewUserAsync(10_000);
        var sku = await silo.NewProductAsync("VOIDED", 100, 5);
        var id = silo.NewOrderId();
        await WriteBehindAsync(OrderState.StreamOf(id), 0, "order.attempt_voided", """{"by":"system","attempt":42}""");

        var reply = await silo.Order(id).Place(new PlaceOrder { UserId = user, By = user, Lines = [new RequestedLine(sku, 1)] });

        Assert.Equal((OrderStatus.Pending, 2L), (reply.Order!.Status, reply.Order.Version));
    }

    [Fact]
    public async Task An_order_whose_reservation_came_from_an_outdated_activation_is_placed_by_another_attempt()
    {
        var user = await silo.NewUserAsync(10_000);
        var sku = await silo.NewProductAsync("LEFT-BEHIND", 100, 5);
        var id = silo.NewOrderId();
        await WriteBehindAsync(StockState.StreamOf(sku), 2, "stock.adjusted", """{"by":"elsewhere","quantity":-4,"reason":"broken"}""");

        var reply = await silo.Order(id).Place(new PlaceOrder { UserId = user, By = user, Lines = [new RequestedLine(sku, 1)] });
        var refused = await silo.Order(silo.NewOrderId()).Place(new PlaceOrder { UserId = user, By = user, Lines = [new RequestedLine(sku, 1)] });

        Assert.Equal((OrderStatus.Pending, 1L), (reply.Order!.Status, reply.Order.Version));
        Assert.IsType<InsufficientStock>(refused.Refusal);
        Assert.Equal((1L, 0L), ((await silo.Stock(sku).GetLevel()).Level!.Reserved, (await silo.Stock(sku).GetLevel()).Level!.Available));
        Assert.Equal(100, (await silo.User(user).Get()).User!.Wallet.Held);
    }

    [Fact]
    public async Task An_abandoned_attempt_is_voided_and_its_reservation_is_released()
    {
        var sku = await silo.NewProductAsync("ORPHAN", 100, 5);
        var id = silo.NewOrderId();
        await silo.Stock(sku).Reserve(new ReserveStock(id, 7, 5, 100));

        await AnsweredAsync(async () => (await silo.Stock(sku).GetLevel()).Level!, level => level.Available == 5);

        var events = await silo.Journal.ReadStreamAsync(OrderState.StreamOf(id), 0, TestContext.Current.CancellationToken);
        Assert.Equal("order.attempt_voided", Assert.Single(events).Type);
    }

    [Fact]
    public async Task An_outdated_activation_does_not_deny_an_existing_order()
    {
        var id = silo.NewOrderId();
        await silo.Order(id).CheckBack(7);
        Assert.IsType<NotFound>((await silo.Order(id).Get(null)).Refusal);
        await silo.Journal.AppendAsync(Placed(id, afterVersion: 1));

        var order = (await silo.Order(id).Get(null)).Order!;

        Assert.Equal((OrderStatus.Pending, 2L), (order.Status, order.Version));
    }

    [Fact]
    public async Task An_activation_that_is_losing_its_stream_does_not_deny_the_order_that_took_it()
    {
        var id = silo.NewOrderId();
        await silo.Order(id).CheckBack(7);
        var (placed, asked) = (new TaskCompletionSource(), new TaskCompletionSource());
        silo.Store.Interrupt(async store =>
        {
            await store.AppendBatchAsync([Placed(id, afterVersion: 1)], new Exception?[1]);
            placed.SetResult();
            await asked.Task;
        });

        var checkBack = Record.ExceptionAsync(() => silo.Order(id).CheckBack(9));
        await placed.Task;
        var answers = Enumerable.Range(0, 50)
            .Select(_ => Record.ExceptionAsync(async () => Assert.NotNull((await silo.Order(id).Get(null)).Order)).AsTask())
            .ToList();
        asked.SetResult();

        Assert.IsType<VersionConflictException>(await checkBack);
        Assert.All(await Task.WhenAll(answers), fault => Assert.True(fault is null or VersionConflictException, $"{fault}"));
        Assert.Equal(2, (await AnsweredAsync(() => silo.Order(id).Get(null))).Order!.Version);
    }

    [Fact]
    public async Task An_activation_that_was_left_behind_amends_the_order_that_the_journal_has()
    {
        var (id, user, _) = await PlacedAsync("AMENDED");
        var order = (await silo.Order(id).Get(null)).Order!;
        await silo.Journal.AppendAsync(Amended(id, attempt: null, order.Lines, order.Total));

        var reply = await silo.Order(id).Amend(new OrderCommand(user, user, ExpectedVersion: 2), new OrderAmendment(null, null, "gift wrap"));

        Assert.Equal((3L, "gift wrap"), (reply.Order?.Version, reply.Order?.Note));
    }

    [Fact]
    public async Task An_activation_that_was_left_behind_does_not_refuse_for_lack_of_what_its_order_has_already()
    {
        var (id, user, sku) = await PlacedAsync("AMENDED-TWICE");
        var order = (await silo.Order(id).Get(null)).Order!;
        await silo.Journal.AppendAsync(Amended(id, attempt: 7, [order.Lines[0] with { Quantity = 5 }], 500));
        await silo.Stock(sku).Reserve(new ReserveStock(id, 7, 3, 100));
        await silo.User(user).Hold(new HoldMoney(id, 7, 300));

        var reply = await silo.Order(id).Amend(new OrderCommand(user, user), new OrderAmendment([new RequestedLine(sku, 5)], null, null));

        Assert.Equal((2L, 500L), (reply.Order?.Version, reply.Order?.Total));
        Assert.Equal(5, (await silo.Stock(sku).GetLevel()).Level!.Reserved);
    }

    [Fact]
    public async Task A_claim_is_settled_although_activations_that_checked_back_lost_their_stream_and_nobody_calls_the_next_one()
    {
        var (id, _, sku) = await PlacedAsync("LONELY");
        (silo.Store.Contested, silo.Store.Contests) = (StockState.StreamOf(sku), 2);

        // The order sends its decision to nobody.
        await silo.Journal.AppendAsync(new JournalAppend(
            OrderState.StreamOf(id), 1, [OrderEvent.Codec.Encode(new OrderCancelled("elsewhere", null), silo.Clock.GetUtcNow(), trace: null)]));

        await Eventually.HoldsAsync(
            async () => (await silo.Journal.ReadStreamAsync(StockState.StreamOf(sku), 0, TestContext.Current.CancellationToken))
                .Any(record => record.Type == "stock.released"),
            "the units are released", cancellation: TestContext.Current.CancellationToken);
        Assert.True(silo.Store.Contests <= 0);
        (silo.Store.Contested, silo.Store.Contests) = (null, int.MaxValue);
    }

    /// <summary>An order of two units of a product that has five, and its activation.</summary>
    private async Task<(string Id, string User, string Sku)> PlacedAsync(string product)
    {
        var user = await silo.NewUserAsync(10_000);
        var sku = await silo.NewProductAsync(product, 100, 5);
        var id = silo.NewOrderId();
        await silo.Order(id).Place(new PlaceOrder { UserId = user, By = user, Lines = [new RequestedLine(sku, 2)] });
        return (id, user, sku);
    }

    private JournalAppend Amended(string id, long? attempt, IReadOnlyList<OrderLine> lines, long total)
    {
        var amended = new OrderAmended("elsewhere", attempt, lines, total, null, "amended elsewhere");
        return new JournalAppend(OrderState.StreamOf(id), 1, [OrderEvent.Codec.Encode(amended, silo.Clock.GetUtcNow(), trace: null)]);
    }

    private JournalAppend Placed(string id, long afterVersion)
    {
        var placed = new OrderPlaced(
            "anna", "anna", 8, [new OrderLine("TEA", "Tea", 1, 100)], 100, null, null, null, silo.Clock.GetUtcNow().AddMinutes(15));
        return new JournalAppend(OrderState.StreamOf(id), afterVersion, [OrderEvent.Codec.Encode(placed, silo.Clock.GetUtcNow(), trace: null)]);
    }

    private Task WriteBehindAsync(string stream, long afterVersion, string type, string json) => silo.Journal.AppendAsync(
        new JournalAppend(stream, afterVersion, [new JournalEvent(type, Encoding.UTF8.GetBytes(json), silo.Clock.GetUtcNow())]));

    private static Task<T> AnsweredAsync<T>(Func<Task<T>> ask) => AnsweredAsync(ask, _ => true);

    /// <summary>An answer that satisfies; an activation that lost answers with a conflict until it has ended.</summary>
    private static Task<T> AnsweredAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfied) => Eventually.SucceedsAsync(
        async () =>
        {
            var answer = await ask();
            Assert.True(satisfied(answer), $"Still {answer}.");
            return answer;
        },
        fault => fault is VersionConflictException or Xunit.Sdk.XunitException);
}
