using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Claims;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders;

namespace Granary.Domain.Tests;

public sealed class RecentPlacementsTests
{
    private const string Order = "01jd0000000000000000000000";
    private const long Attempt = 4_711;

    private readonly ManualClock _clock = new();
    private readonly RecentPlacements _placements;

    public RecentPlacementsTests() =>
        _placements = new RecentPlacements(_clock, new Unchanging<OrderOptions>(new OrderOptions { ReservationGrace = TimeSpan.FromSeconds(30) }));

    [Fact]
    public void Only_the_attempt_that_placed_the_order_stands()
    {
        Hear(Placed(Attempt));

        Assert.True(_placements.Stand(Order, Attempt));
        Assert.False(_placements.Stand(Order, Attempt + 1));
    }

    [Fact]
    public void Nothing_is_known_of_an_order_that_decided_something_after_it_was_placed()
    {
        Hear(Placed(Attempt));
        Hear(new OrderPaid("anna"), version: 2);

        Assert.False(_placements.Stand(Order, Attempt));
    }

    [Fact]
    public void A_placement_is_still_known_at_the_check_back_a_grace_period_later()
    {
        Hear(Placed(Attempt));
        for (var second = 0; second < 40; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Hear(Placed(second), order: $"01jd00000000000000000000{second:00}");
        }

        Assert.True(_placements.Stand(Order, Attempt));
    }

    [Fact]
    public void A_placement_is_forgotten_after_some_grace_periods_so_that_memory_is_bounded()
    {
        Hear(Placed(Attempt));
        for (var second = 0; second < 120; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Hear(Placed(second), order: $"01jd0000000000000000000{second:000}");
        }

        Assert.False(_placements.Stand(Order, Attempt));
    }

    private static OrderPlaced Placed(long attempt) => new(
        "anna", "anna", attempt, [new OrderLine("tea", "Tea with \"attempt\": 1", 1, 250)], 250, null, "a note", null, DateTimeOffset.UnixEpoch);

    private void Hear(OrderEvent domainEvent, long version = 1, string order = Order)
    {
        var entry = OrderEvent.Codec.Encode(domainEvent, DateTimeOffset.UnixEpoch, trace: null);
        _placements.Hear(new JournalRecord(version, OrderState.StreamOf(order), version, entry.Type, entry.Payload, entry.At));
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
