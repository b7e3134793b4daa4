using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders;
using Granary.Journal;

namespace Granary.Silo.Tests.Saga;

/// <summary>
/// Several silos and requests place the same order concurrently, each with its own saga, as the front ends of a cluster do.
/// </summary>
public sealed class PlacementRaceTests(PatientSilo silo) : IClassFixture<PatientSilo>
{
    private const int Sagas = 4;

    [Theory]
    [InlineData(1, 100)]
    [InlineData(1, 100_000)]
    [InlineData(50, 100)]
    public async Task Requests_with_one_key_on_several_silos_place_one_order_and_none_is_refused(long units, long money)
    {
        // Enough for one order: the second attempt finds that the first has taken everything.
        var (user, command) = await PlacementAsync(units, money);
        var sagas = Enumerable.Range(0, Sagas).Select(_ => silo.NewSaga()).ToList();
        for (var round = 0; round < 20; round++)
        {
            var id = OrderId.From(user, $"race-{round}");
            var replies = await Task.WhenAll(Enumerable.Range(0, 3 * Sagas).Select(i => Task.Run(() => sagas[i % Sagas].PlaceAsync(id, command))));

            Assert.All(replies, reply => Assert.Equal(id, reply.Order?.Id));
            Assert.Single(replies, reply => !reply.Replayed);
            Assert.Equal(1, (await silo.Stock(command.Lines[0].Sku).GetLevel()).Level!.Reserved);
            Assert.Equal(100, (await silo.User(user).Get()).User!.Wallet.Held);
            await silo.Order(id).Cancel(new OrderCommand(user), null);
        }
    }

    [Fact]
    public async Task Units_reserved_by_another_attempt_at_the_order_are_not_reported_as_missing()
    {
        var (user, command) = await PlacementAsync(units: 1, money: 100);
        var id = OrderId.From(user, "died");
        await silo.Stock(command.Lines[0].Sku).Reserve(new ReserveStock(id, 7, 1, null));

        Assert.IsType<OrderInFlight>((await silo.NewSaga().PlaceAsync(id, command)).Refusal);
        await silo.Stock(command.Lines[0].Sku).Release(id, 7);

        Assert.Equal(OrderStatus.Pending, (await silo.NewSaga().PlaceAsync(id, command)).Order!.Status);
    }

    [Fact]
    public async Task Units_reserved_by_other_orders_are_reported_as_missing()
    {
        var (user, command) = await PlacementAsync(units: 1, money: 300);
        Assert.Null((await silo.NewSaga().PlaceAsync(OrderId.From(user, "first"), command)).Refusal);

        var shortage = (await silo.NewSaga().PlaceAsync(OrderId.From(user, "second"), command)).Refusal;

        Assert.Equal(0, Assert.Single(Assert.IsType<InsufficientStock>(shortage).Lines).Available);
    }

    [Fact]
    public async Task An_attempt_that_is_voided_while_it_runs_is_repeated()
    {
        var (user, command) = await PlacementAsync(units: 5, money: 1_000);
        var id = OrderId.From(user, "voided");
        var interrupted = false;
        var saga = silo.NewSaga(new InterruptedJournal(silo.Journal, async append =>
        {
            if (!interrupted)
            {
                // The order's grain on another silo does this when the stock item asks it there.
                interrupted = true;
                await silo.Order(id).CheckBack(((OrderPlaced)OrderEvent.Codec.Decode(RecordOf(append))).Attempt);
            }
        }));

        var reply = await saga.PlaceAsync(id, command);

        Assert.Equal((OrderStatus.Pending, 2L), (reply.Order!.Status, reply.Order.Version));
        Assert.Equal(1, (await silo.Stock(command.Lines[0].Sku).GetLevel()).Level!.Reserved);
        Assert.Equal(100, (await silo.User(user).Get()).User!.Wallet.Held);
    }

    [Fact]
    public async Task Stock_money_and_order_share_one_commit()
    {
        var (_, command) = await PlacementAsync(units: 100, money: 10_000);
        for (var i = 0; i < 20; i++)
        {
            var before = silo.Store.Commits;
            Assert.NotNull((await silo.Order(silo.NewOrderId()).Place(command with { Lines = [command.Lines[0] with { Quantity = 1 }] })).Order);
            Assert.Equal(1, silo.Store.Commits - before);
        }
    }

    [Fact]
    public async Task A_request_repeated_after_its_answer_reserves_nothing_and_writes_nothing()
    {
        var (user, command) = await PlacementAsync(units: 100, money: 10_000);
        var id = silo.NewOrderId();
        var first = await silo.Order(id).Place(command);
        var before = silo.Store.Commits;

        for (var i = 0; i < 5; i++)
        {
            var again = await silo.Order(id).Place(command);
            Assert.Equal((true, first.Order!.Version), (again.Replayed, again.Order!.Version));
        }

        Assert.Equal(0, silo.Store.Commits - before);
        Assert.Equal(1, (await silo.Stock(command.Lines[0].Sku).GetLevel()).Level!.Reserved);
        Assert.Equal(100, (await silo.User(user).Get()).User!.Wallet.Held);
    }

    /// <summary>Runs an action before each append of a saga.</summary>
    private sealed class InterruptedJournal(IJournal inner, Func<JournalAppend, Task> before) : IJournal
    {
        public event Action? Appended
        {
            add => inner.Appended += value;
            remove => inner.Appended -= value;
        }

        public int Timeline => inner.Timeline;

        public async Task AppendAsync(JournalAppend append)
        {
            await before(append);
            await inner.AppendAsync(append);
        }

        public void Flush() => inner.Flush();

        public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation) =>
            inner.ReadStreamAsync(stream, afterVersion, cancellation);

        public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
            string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation) =>
            inner.ReadStreamPartAsync(stream, afterVersion, throughVersion, types, cancellation);

        public Task<ILookup<string, JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation) =>
            inner.ReadStreamsAsync(streams, cancellation);

        public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation) =>
            inner.ReadAllAsync(afterPosition, limit, cancellation);

        public Task<long> ReadEndAsync(CancellationToken cancellation) => inner.ReadEndAsync(cancellation);
    }

    private static JournalRecord RecordOf(JournalAppend append) => new(
        0, append.Stream, append.AfterVersion + 1, append.Events[0].Type, append.Events[0].Payload, append.Events[0].At, null);

    private async Task<(string User, PlaceOrder Command)> PlacementAsync(long units, long money)
    {
        var user = await silo.NewUserAsync(money);
        var sku = await silo.NewProductAsync("RACE", 100, units);
        return (user, new PlaceOrder { UserId = user, By = user, Lines = [new RequestedLine(sku, 1)], Fingerprint = "body" });
    }
}
