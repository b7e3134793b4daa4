namespace Granary.Grains.Payments.Providers;

public static class StripeProvider
{
    /// <summary>The address of Stripe's API.</summary>
    public static Uri PublicAddress { get; } = new("https://api.stripe.com");
}
