namespace Granary.Grains.Interfaces.Orders;

/// <summary>Who pays an order.</summary>
public enum PaymentMethod
{
    /// <summary>The user's wallet, from which the total is held when the order is placed.</summary>
    Wallet,

    /// <summary>An external provider.</summary>
    External,
}

/// <summary>How far an order is paid, by its <see cref="OrderAmounts"/>.</summary>
public enum OrderPaymentStatus
{
    Unpaid,
    Authorized,
    Paid,
    PartiallyRefunded,
    Refunded,
}

/// <summary>Where the money of an order is, in minor units.</summary>
/// <param name="Total">What it costs.</param>
/// <param name="Authorized">What is set aside for it and not captured: a wallet's hold, or an authorization.</param>
/// <param name="Captured">What was ever captured for it.</param>
/// <param name="Refunded">What of it has gone back.</param>
[GenerateSerializer, Immutable, Alias("granary.order-amounts")]
public sealed record OrderAmounts(
    [property: Id(0)] long Total,
    [property: Id(1)] long Authorized,
    [property: Id(2)] long Captured,
    [property: Id(3)] long Refunded);

/// <summary>A refund of an order.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Reason">Why it was granted.</param>
/// <param name="Status">What has become of it.</param>
/// <param name="By">Who granted it.</param>
/// <param name="At">When.</param>
/// <param name="Code">Why it failed, or null.</param>
[GenerateSerializer, Immutable, Alias("granary.order-refund")]
public sealed record OrderRefund(
    [property: Id(0)] string Id,
    [property: Id(1)] long Amount,
    [property: Id(2)] string Reason,
    [property: Id(3)] Payments.RefundStatus Status,
    [property: Id(4)] string By,
    [property: Id(5)] DateTimeOffset At,
    [property: Id(6)] string? Code = null);

/// <summary>A request to refund part of an order.</summary>
/// <param name="Id">The refund's id, which a repeated request has too: <see cref="Payments.PaymentId.OfRefund"/>.</param>
/// <param name="Amount">Minor units, more than 0.</param>
/// <param name="Reason">Why it is granted.</param>
/// <param name="Command">The acting user and the conditions.</param>
[GenerateSerializer, Immutable, Alias("granary.refund-order")]
public sealed record RefundOrder(
    [property: Id(0)] string Id,
    [property: Id(1)] long Amount,
    [property: Id(2)] string Reason,
    [property: Id(3)] OrderCommand Command);
