using Granary.Grains.Interfaces.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Grains.Payments.Providers;

/// <summary>Composes the way to the payment provider.</summary>
public static class ProviderComposition
{
    /// <summary>
    /// Adds <see cref="ProviderGateway"/>, and the adapter that the options name behind it. The options hold for the life of the process
    /// unless another <see cref="ICurrent{T}"/> is added after it.
    /// </summary>
    public static IServiceCollection AddPaymentProvider(this IServiceCollection services, PaymentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ICurrent<PaymentOptions>>(new Unchanging<PaymentOptions>(options));
        services.AddSingleton(options.Times);
        services.AddSingleton<ProviderMetrics>();
        services.AddSingleton<ProviderGateway>();
        return options.Provider switch
        {
            ProviderKind.None => services,
            ProviderKind.Sandbox => services.AddSingleton<IPaymentProvider, SandboxProvider>(),
            ProviderKind.Http => services.AddSingleton<IPaymentProvider, HttpProvider>(),
            ProviderKind.Stripe => services.AddSingleton<IPaymentProvider, StripeProvider>(),
        };
    }
}
