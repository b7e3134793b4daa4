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

    public static PlaceOrder Placement { get; } = new()
    {
        UserId = "u-buyer",
        Lines = [new RequestedLine("TEA", 2)],
        By = "u-buyer",
        Fingerprint = "f1",
    };

    public static OrderPlaced Placed { get; } = new(
        "u-buyer", "u-buyer", 1, [new OrderLine("TEA", "Tea", 2, 500)], 1_000, null, null, "f1", Noon.AddMinutes(15));

    public static OrderState Order(params IEnumerable<OrderEvent> events) => Fold(OrderState.Initial("o1"), events, (s, e) => s.Apply(e, Noon));

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

    private static TState Fold<TState, TEvent>(TState initial, IEnumerable<TEvent> events, Func<TState, TEvent, TState> apply) =>
        events.Aggregate(initial, apply);
}
