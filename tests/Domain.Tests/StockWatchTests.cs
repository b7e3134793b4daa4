using CsCheck;
using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders;

namespace Granary.Domain.Tests;

/// <summary>A watcher that sees only events may underestimate a stock item, but never overestimate it.</summary>
public sealed class StockWatchTests
{
    private const long Threshold = 10;

    private static readonly Gen<(int Step, int Order, long Quantity)> Step = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 4], Gen.Long[1, 9]);

    [Fact]
    public void A_watch_never_expects_more_units_than_exist() => Step.Array[40].Sample(
        steps =>
        {
            var stock = Given.Stock(Given.Tea, new StockAdjusted("op", 50, null, null));
            var watch = new StockWatch().After(stock.ToLevel(), null);
            for (var i = 0; i < steps.Length; i++)
            {
                foreach (var domainEvent in Decide(stock, steps[i], i).Events)
                {
                    stock = stock.Apply(domainEvent, Given.Noon);
                    watch = watch.Apply(domainEvent, stock.Version);
                }

                Assert.True(watch.AtLeast <= stock.Available, $"expected {watch.AtLeast}, there are {stock.Available}");
                Assert.True(stock.Available > Threshold || watch.MustAsk(Threshold), "a low item is asked");
            }
        },
        iter: 2_000);

    [Fact]
    public void A_low_item_is_asked_again_whenever_units_may_have_come_back() => Step.Array[40].Sample(
        steps =>
        {
            var stock = Given.Stock(Given.Tea, new StockAdjusted("op", 5, null, null));
            var watch = new StockWatch();
            watch = watch.After(stock.ToLevel(), watch.AlertAt(stock.ToLevel(), Threshold));
            for (var i = 0; i < steps.Length && !watch.MustAsk(Threshold); i++)
            {
                foreach (var domainEvent in Decide(stock, steps[i], i).Events)
                {
                    var before = stock.Available;
                    stock = stock.Apply(domainEvent, Given.Noon);
                    watch = watch.Apply(domainEvent, stock.Version);
                    Assert.True(stock.Available <= before || watch.MustAsk(Threshold), $"{domainEvent} is not noticed");
                }
            }
        },
        iter: 2_000);

    [Fact]
    public void An_alert_is_due_once_per_crossing()
    {
        var watch = new StockWatch();
        Assert.Null(watch.AlertAt(Level(11), Threshold));

        var low = Assert.IsType<StockLow>(watch.AlertAt(Level(10), Threshold));
        watch = watch.After(Level(10), low);
        Assert.Null(watch.AlertAt(Level(3), Threshold));

        var replenished = Assert.IsType<StockReplenished>(watch.AlertAt(Level(11), Threshold));
        watch = watch.After(Level(11), replenished);
        Assert.Null(watch.AlertAt(Level(12), Threshold));
        Assert.Equal(2, watch.AlertVersion);
    }

    [Fact]
    public void An_event_that_is_delivered_again_changes_nothing()
    {
        var watch = new StockWatch().After(Level(20), null);
        var once = watch.Apply(new StockReserved("o1", 1, 4), 8);

        Assert.Equal(16, once.AtLeast);
        Assert.Equal(once, once.Apply(new StockReserved("o1", 1, 4), 8));
        Assert.Equal(watch, watch.Apply(new StockReserved("o1", 1, 4), 7));
    }

    private static StockLevel Level(long available) => new("TEA", available, 0, available, 0, available, 7);

    private static Decision<StockEvent> Decide(StockState stock, (int Step, int Order, long Quantity) step, int attempt)
    {
        var order = $"o{step.Order}";
        var attempts = stock.Claims.Find(order)?.Pending.Select(pending => pending.Attempt).ToList() ?? [];
        return step.Step switch
        {
            0 => StockDecisions.Adjust(stock, new AdjustStock(step.Quantity, "delivery", null, "op")),
            1 or 2 => StockDecisions.Reserve(stock, new ReserveStock(order, attempt, step.Quantity, null), out _),
            3 => StockDecisions.Release(stock, order, attempts.FirstOrDefault()),
            4 => StockDecisions.Align(stock, Standing(ClaimPhase.Secured)),
            5 => StockDecisions.Align(stock, Standing(ClaimPhase.Paid)),
            _ => StockDecisions.Align(stock, Standing(ClaimPhase.None)),
        };

        OrderStanding Standing(ClaimPhase phase) => new()
        {
            OrderId = order,
            Version = attempt,
            Phase = phase,
            Lines = [new RequestedLine("TEA", step.Quantity)],
            Total = 0,
            Accepted = attempts,
        };
    }
}
