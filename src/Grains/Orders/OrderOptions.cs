namespace Granary.Grains.Orders;

/// <summary>Time limits of orders (configuration section <c>Granary:Orders</c>).</summary>
public sealed class OrderOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Granary:Orders";

    /// <summary>An order that is not paid within this time expires.</summary>
    public TimeSpan PaymentTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>A reservation or hold that is not confirmed within this time is checked back with its order.</summary>
    public TimeSpan ReservationGrace { get; set; } = TimeSpan.FromSeconds(30);
}
