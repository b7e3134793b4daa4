namespace Granary.Grains.Orders;

/// <summary>Time limits of orders, and bounds on what one user takes without paying.</summary>
public sealed class OrderOptions
{
    /// <summary>An order that is not paid within this time expires.</summary>
    public TimeSpan PaymentTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A reservation or hold that is not confirmed within this time is checked back with its order.</summary>
    public TimeSpan ReservationGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many orders of a user may be open and not paid; 0 is no limit.</summary>
    public int MaxOpenOrdersPerUser { get; init; } = 50;

    /// <summary>How many units of one product the unpaid orders of a user may hold; 0 is no limit.</summary>
    public long MaxOpenUnitsPerUser { get; init; } = 1_000;
}
