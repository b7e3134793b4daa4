using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

/// <summary>States built from their events, for tests that read Given, When, Then.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static readonly OrderCommand ByBuyer = new("u-buyer", "u-buyer");

    public static readonly OrderCommand ByStaff = new("u-operator");

    public static readonly OrderCommand ByStranger = new("u-other", "u-other");

    /// <summary>The buyer, who has seen another version than any of the orders here has.</summary>
    public static readonly OrderCommand ByBuyerWhoIsLate = ByBuyer with { ExpectedVersion = 77 };

    public static Tracking Parcel { get; } = new("carrier", "1");

    public static PlaceOrder Placement { get; } = new()
    {
        UserId = "u-buyer",
        Lines = [new RequestedLine("TEA", 2)],
        By = "u-buyer",
        Fingerprint = "f1",
    };

    public static OrderPlaced Placed { get; } = new(
        "u-buyer", "u-buyer", 1, [new OrderLine("TEA", "Tea", 2, 500)], 1_000, null, null, "f1", Noon.AddMinutes(15));

    /// <summary>The same order, paid by an external provider, which a payment p1 is under way for.</summary>
    public static OrderState ExternalOrder(params IEnumerable<OrderEvent> events) => Order(
    [
        Placed with { PaymentMethod = PaymentMethod.External },
        new OrderPaymentStarted("u-buyer", "p1", Placed.ExpiresAt.AddMinutes(10)),
        .. events,
    ]);

    public static OrderState Order(params IEnumerable<OrderEvent> events) => Fold(OrderState.Initial("o1"), events, (s, e) => s.Apply(e, Noon));

    /// <summary>An order that came to a status by the shortest way.</summary>
    public static OrderState OrderThatIs(OrderStatus status) => status switch
    {
        OrderStatus.None => Order(),
        OrderStatus.Pending => Order(Placed),
        OrderStatus.Paid => After(OrderStatus.Pending, new OrderPaid("u-buyer")),
        OrderStatus.Packing => After(OrderStatus.Paid, new OrderPackingStarted("u-operator")),
        OrderStatus.Shipped => After(OrderStatus.Packing, new OrderShipped("u-operator", Parcel)),
        OrderStatus.Received => After(OrderStatus.Shipped, new OrderReceived("u-buyer")),
        OrderStatus.Completed => After(OrderStatus.Received, new OrderCompleted("u-operator")),
        OrderStatus.Cancelled => After(OrderStatus.Pending, new OrderCancelled("u-buyer", null)),
        OrderStatus.Expired => After(OrderStatus.Pending, new OrderExpired(UserId.System)),
    };

    public static StockState Stock(params IEnumerable<StockEvent> events) => Fold(StockState.Initial("TEA"), events, (s, e) => s.Apply(e, Noon));

    public static UserState User(params IEnumerable<UserEvent> events) => Fold(UserState.Initial("u-buyer"), events, (s, e) => s.Apply(e, Noon));

    public static ProductDefined Tea { get; } = new("u-admin", "Tea", null, 500);

    public static UserRegistered Buyer { get; } = new("u-buyer", "buyer", "hash", null, [Roles.Customer]);

    public static TEvent Single<TEvent>(this Decision<TEvent> decision)
        where TEvent : class
    {
        Assert.Null(decision.Refusal);
        return Assert.Single(decision.Events);
    }

    /// <summary>Asserts that a command is already fulfilled.</summary>
    public static void StaysAsItIs(this OrderState order, Func<OrderState, Decision<OrderEvent>> decide)
    {
        var decision = decide(order);
        Assert.Null(decision.Refusal);
        Assert.Empty(decision.Events);
    }

    /// <summary>Asserts that the status does not permit a command, and what it permits instead.</summary>
    public static void Refuses(this OrderState order, Func<OrderState, Decision<OrderEvent>> decide, params string[] allowed)
    {
        var decision = decide(order);
        var illegal = Assert.IsType<IllegalTransition>(decision.Refusal);
        Assert.Empty(decision.Events);
        Assert.Equal(order.Status.ToString().ToLowerInvariant(), illegal.Status);
        Assert.Equal(allowed, illegal.AllowedActions);
    }

    private static OrderState After(OrderStatus status, OrderEvent then) => OrderThatIs(status).Apply(then, Noon);

    private static TState Fold<TState, TEvent>(TState initial, IEnumerable<TEvent> events, Func<TState, TEvent, TState> apply) =>
        events.Aggregate(initial, apply);
}
