using Granary.Domain.Stock;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Granary.Hosting.Clustering;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Silo.Tests.Saga;

/// <summary>
/// The table of retries in <c>docs/architecture.md</c>: each fault is repeated by one layer, as often as the table says. The silo
/// has the layers of a front end in a cluster.
/// </summary>
public sealed class RetryTests(RetryTests.FrontEnd silo) : IClassFixture<RetryTests.FrontEnd>
{
    /// <summary>Where the front end places orders.</summary>
    public enum Way
    {
        /// <summary>In its own process.</summary>
        Here,

        /// <summary>By a call to the order, as a client of the cluster does.</summary>
        ByTheOrder,

        /// <summary>In its own process, with the participants on another silo.</summary>
        Elsewhere,
    }

    [Theory]
    [InlineData(Way.Here)]
    [InlineData(Way.ByTheOrder)]
    public async Task A_placement_reaches_a_store_that_is_away_once(Way way)
    {
        var (user, sku) = await WarmAsync();
        var (writes, reads) = (silo.Store.Writes, silo.Store.Reads);
        silo.Store.IsAway = true;

        var fault = await Record.ExceptionAsync(() => PlaceAsync(way, user, sku));

        (writes, reads) = (silo.Store.Writes - writes, silo.Store.Reads - reads);
        silo.Store.IsAway = false;
        Assert.IsType<JournalUnavailableException>(fault);
        Assert.Equal((1, 0), (writes, reads));
    }

    [Theory]
    [InlineData(Way.Here)]
    [InlineData(Way.ByTheOrder)]
    public async Task A_placement_that_does_not_know_a_price_takes_nothing_from_a_participant_that_cannot_be_read(Way way)
    {
        var (user, sku) = await WarmAsync();
        await silo.RestartAsync();
        int[] Calls() =>
            [silo.Calls.Of(sku, nameof(IStockGrain.GetProduct)), silo.Calls.Of(sku, nameof(IStockGrain.Reserve)), silo.Calls.Of(user, nameof(IUserGrain.Hold))];
        var before = Calls();
        silo.Store.IsAway = true;

        var fault = await Record.ExceptionAsync(() => PlaceAsync(way, user, sku));

        var (writes, reads) = (silo.Store.Writes, silo.Store.ReadsOf(StockState.StreamOf(sku)));
        silo.Store.IsAway = false;
        Assert.NotNull(fault);
        Assert.Equal([1, 0, 0], Calls().Zip(before, (now, then) => now - then));

        // Orleans itself may pass a call on twice when it meets an activation that is ending.
        Assert.Equal(0, writes);
        Assert.InRange(reads, 1, 2 * 3);
    }

    [Theory]
    [InlineData(Way.Here)]
    [InlineData(Way.ByTheOrder)]
    [InlineData(Way.Elsewhere)]
    public async Task A_participant_that_always_loses_its_stream_is_asked_once_an_attempt(Way way)
    {
        var (user, sku) = await WarmAsync();
        var calls = silo.Calls.Of(sku, nameof(IStockGrain.Reserve));
        silo.Store.Contested = StockState.StreamOf(sku);

        var fault = await Record.ExceptionAsync(() => PlaceAsync(way, user, sku));

        silo.Store.Contested = null;
        Assert.IsType<JournalUnavailableException>(fault);
        Assert.Equal(5, silo.Calls.Of(sku, nameof(IStockGrain.Reserve)) - calls);
        Assert.NotNull((await PlaceAsync(way, user, sku)).Order);
        Assert.Equal(200, (await silo.User(user).Get()).User!.Wallet.Held);
    }

    [Fact]
    public async Task An_amendment_asks_a_participant_that_always_loses_its_stream_three_times()
    {
        var (user, sku) = await WarmAsync();
        var order = (await PlaceAsync(Way.ByTheOrder, user, sku)).Order!;
        var calls = silo.Calls.Of(sku, nameof(IStockGrain.Reserve));
        silo.Store.Contested = StockState.StreamOf(sku);

        var fault = await Record.ExceptionAsync(() =>
            silo.Order(order.Id).Amend(new OrderCommand(user), new OrderAmendment([new(sku, 3)], null, null)));

        silo.Store.Contested = null;
        Assert.IsType<VersionConflictException>(fault);
        Assert.Equal(3, silo.Calls.Of(sku, nameof(IStockGrain.Reserve)) - calls);
        Assert.Equal(1, silo.Calls.Of(order.Id, nameof(IOrderGrain.Amend)));
    }

    [Fact]
    public async Task A_front_end_asks_a_grain_that_always_loses_its_stream_six_times()
    {
        var (_, sku) = await WarmAsync();
        var calls = silo.Calls.Of(sku, nameof(IStockGrain.Adjust));
        silo.Store.Contested = StockState.StreamOf(sku);

        var fault = await Record.ExceptionAsync(() => silo.Stock(sku).Adjust(new AdjustStock(1, "delivery", "key", UserId.System)));

        silo.Store.Contested = null;
        Assert.IsType<VersionConflictException>(fault);
        Assert.Equal(6, silo.Calls.Of(sku, nameof(IStockGrain.Adjust)) - calls);
    }

    [Fact]
    public Task A_front_end_repeats_a_call_with_its_arguments() => IsRepeatedAsync(contests: 2);

    [Fact]
    public async Task A_front_end_repeats_a_call_that_took_long_before_it_failed()
    {
        await IsRepeatedAsync(contests: 1, () => silo.Store.Interrupt(_ =>
        {
            silo.Passing.Pass(TimeSpan.FromSeconds(9));
            return Task.CompletedTask;
        }));
    }

    [Fact]
    public async Task A_front_end_asks_a_grain_whose_store_is_away_once()
    {
        var (_, sku) = await WarmAsync();
        var calls = silo.Calls.Of(sku, nameof(IStockGrain.Adjust));
        silo.Store.IsAway = true;

        var fault = await Record.ExceptionAsync(() => silo.Stock(sku).Adjust(new AdjustStock(1, "delivery", "key", UserId.System)));

        silo.Store.IsAway = false;
        Assert.IsType<JournalUnavailableException>(fault);
        Assert.Equal(1, silo.Calls.Of(sku, nameof(IStockGrain.Adjust)) - calls);
    }

    /// <summary>Adjusts a stock item that loses its stream so many times: the front end repeats the call with its arguments.</summary>
    private async Task IsRepeatedAsync(int contests, Action? prepare = null)
    {
        var (_, sku) = await WarmAsync();
        var before = (await silo.Stock(sku).Adjust(new AdjustStock(1, "delivery", "first", UserId.System))).Level!.Available;
        silo.Store.Contested = StockState.StreamOf(sku);
        silo.Store.Contests = contests;
        prepare?.Invoke();

        var reply = await silo.Stock(sku).Adjust(new AdjustStock(7, "delivery", "key", UserId.System));

        silo.Store.Contested = null;
        silo.Store.Contests = int.MaxValue;
        Assert.Equal(before + 7, reply.Level!.Available);
    }

    /// <summary>A product and a user that an order was placed with: both are in memory, and the price is known.</summary>
    private async Task<(string User, string Sku)> WarmAsync()
    {
        var user = await silo.NewUserAsync(10_000);
        var sku = await silo.NewProductAsync("RETRIED", 100, 100);
        Assert.NotNull((await PlaceAsync(Way.Here, user, sku)).Order);
        return (user, sku);
    }

    private Task<OrderReply> PlaceAsync(Way way, string user, string sku)
    {
        var id = silo.NewOrderId();
        var command = new PlaceOrder { UserId = user, By = user, Lines = [new RequestedLine(sku, 1)], Fingerprint = "body" };
        return way switch
        {
            Way.Here => silo.Placing.PlaceAsync(id, command),
            Way.ByTheOrder => silo.Order(id).Place(command),
            Way.Elsewhere => silo.NewSaga().PlaceAsync(id, command),
            _ => throw new ArgumentOutOfRangeException(nameof(way)),
        };
    }

    public class FrontEnd : SagaSilo
    {
        public CallCounts Calls { get; } = new();

        public PassingClock Passing => (PassingClock)Clock;

        public IOrderPlacing Placing => new LocalPlacing(Services.GetRequiredService<PlacementSaga>());

        /// <inheritdoc/>
        protected override TimeSpan ReservationGrace => TimeSpan.FromMinutes(30);

        /// <inheritdoc/>
        protected override MovableClock NewClock() => new PassingClock();

        /// <inheritdoc/>
        protected override void Compose(IServiceCollection services)
        {
            services.AddSingleton<IOutgoingGrainCallFilter, RepeatedCalls>();
            services.AddSingleton<IOutgoingGrainCallFilter>(Calls);
        }

        /// <summary>A clock by which a test can let time pass that intervals are measured by.</summary>
        public sealed class PassingClock : MovableClock
        {
            private long _passed;

            public void Pass(TimeSpan time) => Interlocked.Add(ref _passed, (long)(time.TotalSeconds * TimestampFrequency));

            /// <inheritdoc/>
            public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _passed);
        }
    }
}
