namespace Granary.Grains.Orders;

/// <summary>Time limits of orders.</summary>
public sealed class OrderOptions
{
    /// <summary>An order that is not paid within this time expires.</summary>
    public TimeSpan PaymentTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A reservation or hold that is not confirmed within this time is checked back with its order.</summary>
    public TimeSpan ReservationGrace { get; init; } = TimeSpan.FromSeconds(30);
}
