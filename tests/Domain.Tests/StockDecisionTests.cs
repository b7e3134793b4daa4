using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Domain.Tests;

public sealed class StockDecisionTests
{
    private static readonly StockAdjusted Ten = new("op", 10, "delivery", null);

    [Fact]
    public void The_unpaid_orders_of_a_user_hold_no_more_units_than_the_limit()
    {
        var stock = Given.Stock(Given.Tea, Ten, new StockReserved("o1", 1, 3, "u-buyer"), new StockReserved("o2", 2, 1, "u-other"));
        var paid = stock.Apply(new StockSold("o1", 2, 3, [1]), Given.Noon);

        Assert.Empty(StockDecisions.Reserve(stock, new ReserveStock("o3", 3, 2, 500, "u-buyer"), out var refused, mostUnits: 4).Events);
        Assert.Equal((ReserveResult.TooManyUnits, 4L, false), (refused.Result, refused.Limit, refused.Contended));
        Assert.Single(StockDecisions.Reserve(stock, new ReserveStock("o3", 3, 1, 500, "u-buyer"), out _, mostUnits: 4).Events);
        Assert.Single(StockDecisions.Reserve(stock, new ReserveStock("o3", 3, 3, 500, "u-other"), out _, mostUnits: 4).Events);
        Assert.Single(StockDecisions.Reserve(paid, new ReserveStock("o3", 3, 4, 500, "u-buyer"), out _, mostUnits: 4).Events);
    }

    [Fact]
    public void Another_attempt_at_the_same_order_is_contended_and_not_too_much()
    {
        var stock = Given.Stock(Given.Tea, Ten, new StockReserved("o1", 1, 3, "u-buyer"));

        Assert.Empty(StockDecisions.Reserve(stock, new ReserveStock("o1", 2, 3, 500, "u-buyer"), out var reply, mostUnits: 4).Events);
        Assert.Equal((ReserveResult.TooManyUnits, true), (reply.Result, reply.Contended));
    }

    [Fact]
    public void A_reservation_takes_from_what_is_available_and_never_more()
    {
        var stock = Given.Stock(Given.Tea, Ten, new StockReserved("o1", 1, 8));

        Assert.Empty(StockDecisions.Reserve(stock, new ReserveStock("o2", 2, 3, 500), out var refused).Events);
        Assert.Equal((ReserveResult.Insufficient, 2L), (refused.Result, refused.Available));
        Assert.IsType<StockReserved>(StockDecisions.Reserve(stock, new ReserveStock("o2", 2, 2, 500), out _).Single());
    }

    [Fact]
    public void A_reservation_confirms_the_price_it_was_computed_with()
    {
        Assert.Empty(StockDecisions.Reserve(Given.Stock(Given.Tea, Ten), new ReserveStock("o1", 1, 1, 499), out var reply).Events);
        Assert.Equal((ReserveResult.PriceChanged, 500L), (reply.Result, reply.Price));
    }

    [Fact]
    public void A_repeated_reservation_of_one_attempt_takes_nothing_more()
    {
        var stock = Given.Stock(Given.Tea, Ten, new StockReserved("o1", 1, 8));

        Assert.Empty(StockDecisions.Reserve(stock, new ReserveStock("o1", 1, 8, 500), out var reply).Events);
        Assert.Equal(ReserveResult.Reserved, reply.Result);
    }

    [Fact]
    public void Only_an_active_product_is_for_sale()
    {
        StockDecisions.Reserve(Given.Stock(), new ReserveStock("o1", 1, 1, null), out var unknown);
        StockDecisions.Reserve(
            Given.Stock(Given.Tea, Ten, new ProductSuspended("a")), new ReserveStock("o1", 1, 1, null), out var suspended);

        Assert.Equal(ReserveResult.Unknown, unknown.Result);
        Assert.Equal(ReserveResult.NotForSale, suspended.Result);
    }

    [Fact]
    public void Stock_is_never_adjusted_below_what_is_reserved()
    {
        var stock = Given.Stock(Given.Tea, Ten, new StockReserved("o1", 1, 8));

        var refusal = StockDecisions.Adjust(stock, new AdjustStock(-3, "loss", null, "op")).Refusal;
        Assert.Equal(new StockShortage("TEA", 3, 2), Assert.Single(Assert.IsType<InsufficientStock>(refusal).Lines));
        Assert.IsType<StockAdjusted>(StockDecisions.Adjust(stock, new AdjustStock(-2, "loss", null, "op")).Single());
    }

    [Fact]
    public void Defining_a_product_again_records_only_what_changed()
    {
        var stock = Given.Stock(Given.Tea);

        Assert.Empty(StockDecisions.Define(stock, new DefineProduct("Tea", null, 500, null, "a")).Events);
        Assert.Equal(
            [typeof(ProductChanged), typeof(ProductSuspended)],
            StockDecisions.Define(stock, new DefineProduct("Tea", null, 600, StockStatus.Suspended, "a")).Events.Select(e => e.GetType()));
    }

    [Fact]
    public void The_revision_of_a_product_follows_its_definition_and_no_stock()
    {
        var stock = Given.Stock(Given.Tea, Ten, new StockReserved("o1", 1, 4));
        Assert.Equal((3, 1), (stock.Version, stock.ToProduct().Revision));

        Assert.Equal(4, stock.Apply(new ProductChanged("a", "Tea", null, 600), Given.Noon).Revision);
        Assert.Equal(4, stock.Apply(new ProductSuspended("a"), Given.Noon).Apply(Ten, Given.Noon).Revision);
        Assert.Equal(1, stock.Apply(new StockSold("o1", 2, 4, [1]), Given.Noon).Revision);
    }

    [Fact]
    public void The_revision_of_a_product_in_a_snapshot_of_an_earlier_release_is_that_of_the_snapshot()
    {
        var stock = Given.Stock(Given.Tea, Ten, Ten) with { Defined = null };

        Assert.Equal((3, 3), (stock.Revision, stock.Apply(Ten, Given.Noon).Revision));
        Assert.Equal(4, stock.Apply(new ProductSuspended("a"), Given.Noon).Revision);
    }

    [Fact]
    public void A_definition_under_a_condition_is_of_the_revision_that_its_sender_has_seen()
    {
        var stock = Given.Stock(Given.Tea, Ten);
        var change = new DefineProduct("Tea", null, 600, null, "a", new Precondition(IfMatch: new VersionSet([1])));

        Assert.IsType<ProductChanged>(StockDecisions.Define(stock, change).Single());
        var changed = stock.Apply(new ProductChanged("b", "Tea", null, 550), Given.Noon);
        Assert.Equal(new StaleVersion(3), StockDecisions.Define(changed, change).Refusal);
        Assert.Equal(new StaleVersion(0), StockDecisions.Define(Given.Stock(), change).Refusal);
        Assert.False(change.IsRepeatable);
    }

    [Fact]
    public void A_discontinued_product_never_comes_back()
    {
        var decision = StockDecisions.Define(
            Given.Stock(Given.Tea, new ProductDiscontinued("a")), new DefineProduct("Tea", null, 500, StockStatus.Active, "a"));

        Assert.Equal("discontinued", Assert.IsType<IllegalTransition>(decision.Refusal).Status);
        Assert.Empty(decision.Events);
    }

    [Fact]
    public void What_is_sold_and_restocked_stays_accounted_for()
    {
        var sold = Given.Stock(Given.Tea, Ten, new StockReserved("o1", 1, 4), new StockSold("o1", 2, 4, [1]));
        Assert.Equal(new StockLevel("TEA", 6, 0, 6, 4, 10, 4), sold.ToLevel());

        var cancelled = Given.Order(Given.Placed, new OrderPaid("u"), new OrderCancelled("u", null)).ToStanding();
        var restocked = Assert.IsType<StockRestocked>(StockDecisions.Align(sold, cancelled).Single());
        Assert.Equal(new StockLevel("TEA", 10, 0, 10, 0, 10, 5), sold.Apply(restocked, Given.Noon).ToLevel());
    }
}
